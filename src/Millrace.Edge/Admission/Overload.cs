using Millrace.Core.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>The answer to a request that admission refused.</summary>
internal static class Overload
{
    /// <summary>The problem for a refusing step; its body stands unread, so the connection ends with it.</summary>
    public static Problem Of(AdmissionStep step) => Problem.Of(KindOf(step.Verdict)) with
    {
        RetryAfter = step.RetryAfter,
        Closes = true,
    };

    private static ProblemKind KindOf(AdmissionVerdict verdict) => verdict switch
    {
        AdmissionVerdict.RequestsFull => ProblemKinds.RequestsFull,
        AdmissionVerdict.BytesFull => ProblemKinds.BytesFull,
        AdmissionVerdict.WaitTooLong => ProblemKinds.WaitTooLong,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "not a refusal"),
    };
}
