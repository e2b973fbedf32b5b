using Millrace.Core.Conversions;

namespace Millrace.Edge.Dispatch;

/// <summary>One sentence for the caller for every failure that the edge itself decides on.</summary>
internal static class Reasons
{
    /// <summary>The sentence, without internals.</summary>
    public static string Of(ConversionFailure failure) => failure switch
    {
        ConversionFailure.Quarantined => "The image has killed its converter before, more than once.",
        ConversionFailure.QueueFull => "As many images wait as may wait.",
        ConversionFailure.QueueDeadline => "There was no result in time.",
        ConversionFailure.QueueUnavailable => "The queue took no ticket in time.",
        ConversionFailure.WorkerLost => "Every worker that tried it was lost.",
        _ => "",
    };
}
