using Millrace.Core.Poison;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>Made-up deaths.</summary>
internal static class PoisonStrike
{
    public static Strike Of(int number) => new(
        new Guid(number, 0, 0, new byte[8]), Fingerprint.OfImage(number.ToString("x64", null), "build"),
        "tenant", DeathCause.Signal, "witness", TimeProvider.System.GetUtcNow());
}
