using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>What those feel who have no part in a fault.</summary>
internal static class Bystanders
{
    // Of a few hundred requests on two shared cores, the slowest of a quiet minute differ by so much.
    private const double BlurMs = 100;

    /// <summary>Their p99 during the fault is at most so many times that before it, and a blur of 100 ms.</summary>
    public static Ruling Judge(Facts facts, double factorMax)
    {
        var phases = Phase.Of(facts, Operation.Convert);
        var (before, during) = (phases[0], phases[1]);
        return Ruling.Expect(
            "others", during.P99Ms <= (before.P99Ms * factorMax) + BlurMs, string.Create(
                CultureInfo.InvariantCulture,
                $"others' p99 {before.P99Ms:0} ms before, {during.P99Ms:0} ms during (at most {factorMax:0.0} times)"));
    }
}
