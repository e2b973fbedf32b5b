using Millrace.Management.Answers;

namespace Millrace.Management.Routes;

/// <summary>The one table from what the operations refuse to what callers are told.</summary>
internal static class Refusals
{
    /// <summary>A refusal as an answer.</summary>
    public static Problem Tell(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.NotFound => Problem.Of(ProblemKinds.ThingNotFound, refusal.Sentence),
        RefusalCode.Invalid => Problem.Of(ProblemKinds.BadField, refusal.Sentence),
        RefusalCode.Conflict => Problem.Of(ProblemKinds.NotNow, refusal.Sentence),
        RefusalCode.Limit => Problem.Of(ProblemKinds.TooMany, refusal.Sentence),
        RefusalCode.Outdated => Problem.Of(ProblemKinds.Changed),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal.Code, "no kind of refusal"),
    };
}
