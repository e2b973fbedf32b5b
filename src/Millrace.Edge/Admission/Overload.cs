using Millrace.Core.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>The answer to a request that is refused for what the edge can hold: ours, 503.</summary>
internal static class Overload
{
    /// <summary>The problem; the request's body stands unread, so the connection ends with it.</summary>
    public static Problem Of(AdmissionVerdict verdict, TimeSpan retryAfter) => Problem.Of(KindOf(verdict)) with
    {
        RetryAfter = retryAfter,
        Closes = true,
    };

    private static ProblemKind KindOf(AdmissionVerdict verdict) => verdict switch
    {
        AdmissionVerdict.RequestsFull => ProblemKinds.RequestsFull,
        AdmissionVerdict.BytesFull => ProblemKinds.BytesFull,
        AdmissionVerdict.WaitTooLong => ProblemKinds.WaitTooLong,
        AdmissionVerdict.Shed => ProblemKinds.Shed,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "not a refusal of ours"),
    };
}
