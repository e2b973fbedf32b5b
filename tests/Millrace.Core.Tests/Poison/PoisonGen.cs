using CsCheck;
using Millrace.Core.Poison;

namespace Millrace.Core.Tests.Poison;

/// <summary>Random logs of deaths: few fingerprints and tenants, so that strikes meet.</summary>
internal static class PoisonGen
{
    public static DateTimeOffset Start { get; } = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Times within three days, most of them close together.</summary>
    public static Gen<DateTimeOffset> Times { get; } = Gen.Frequency(
        (3, Gen.Int[0, 3_600_000]), (1, Gen.Int[0, 3 * 86_400_000])).Select(ms => Start.AddMilliseconds(ms));

    public static Gen<PoisonEvent> Events { get; } = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 40], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Enum<DeathCause>(), Times, Struck)),
        (1, Gen.Select(Gen.Int[100, 120], Gen.Int[0, 4], Times, Released)));

    public static Gen<PoisonEvent[]> Logs { get; } = Events.Array[0, 40];

    public static Fingerprint Image(int number) => Fingerprint.OfImage(Hash(number), "kernel 1");

    public static string Tenant(int number) => $"tenant-{number}";

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static PoisonEvent Strike(int id, int image, int tenant, TimeSpan after) =>
        Struck(id, image, tenant, DeathCause.Signal, Start + after);

    public static PoisonEvent Release(int id, int image, TimeSpan after) => Released(id, image, Start + after);

    private static PoisonEvent Struck(int id, int image, int tenant, DeathCause cause, DateTimeOffset at) =>
        new PoisonEvent.Struck(new(Id(id), Image(image), Tenant(tenant), cause, "worker-1", at));

    private static PoisonEvent Released(int id, int image, DateTimeOffset at) =>
        new PoisonEvent.Released(Id(id), Image(image), "ada", at);

    private static string Hash(int number) => number.ToString("x64", null);
}
