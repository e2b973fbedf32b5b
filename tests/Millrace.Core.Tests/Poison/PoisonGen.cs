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

    private static Gen<PoisonEvent> Strikes { get; } =
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Enum<DeathCause>(), Gen.Int[0, 2], Times, Struck);

    private static Gen<PoisonEvent> Losses { get; } =
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[1, 2], Times, Lost);

    private static Gen<PoisonEvent> Acquittals { get; } =
        Gen.Select(Gen.Int[200, 300], Gen.Int[0, 40], Gen.Int[0, 4], Gen.Int[1, 2], Times, Acquitted);

    /// <summary>Without releases, which cut a log in two.</summary>
    public static Gen<PoisonEvent> Unreleased { get; } = Gen.Frequency((2, Strikes), (3, Losses), (4, Acquittals));

    public static Gen<PoisonEvent> Events { get; } = Gen.Frequency(
        (9, Unreleased), (1, Gen.Select(Gen.Int[100, 120], Gen.Int[0, 4], Times, Released)));

    public static Gen<PoisonEvent[]> Logs { get; } = Events.Array[0, 60];

    /// <summary>What is asked of an image, from 1; 0 is none.</summary>
    public static Fingerprint? Request(int image, int number) =>
        number == 0 ? null : Fingerprint.OfRequest(Hash(image), "kernel 1", $"width={number}");

    public static Fingerprint Image(int number) => Fingerprint.OfImage(Hash(number), "kernel 1");

    public static string Tenant(int number) => $"tenant-{number}";

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static PoisonEvent Strike(int id, int image, int tenant, TimeSpan after) =>
        Struck(id, image, tenant, DeathCause.Signal, 0, Start + after);

    public static PoisonEvent Loss(int id, int image, int request, TimeSpan after) =>
        Lost(id, image, tenant: id, request, Start + after);

    public static PoisonEvent Acquit(int id, int strike, int image, int request, TimeSpan after) =>
        Acquitted(id, strike, image, request, Start + after);

    public static PoisonEvent Release(int id, int image, TimeSpan after) => Released(id, image, Start + after);

    private static PoisonEvent Struck(
        int id, int image, int tenant, DeathCause cause, int request, DateTimeOffset at) =>
        new PoisonEvent.Struck(
            new(Id(id), Image(image), Tenant(tenant), cause, "worker-1", at, Request(image, request)));

    private static PoisonEvent Lost(int id, int image, int tenant, int request, DateTimeOffset at) =>
        Struck(id, image, tenant, DeathCause.Worker, request, at);

    private static PoisonEvent Acquitted(int id, int strike, int image, int request, DateTimeOffset at) =>
        new PoisonEvent.Acquitted(
            Id(id), Id(strike), Image(image), Request(image, request)!.Value, "worker-2", at);

    private static PoisonEvent Released(int id, int image, DateTimeOffset at) =>
        new PoisonEvent.Released(Id(id), Image(image), "ada", at);

    private static string Hash(int number) => number.ToString("x64", null);
}
