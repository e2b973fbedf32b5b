using Millrace.Drills.History;

namespace Millrace.Drills.Loading;

/// <summary>What a client got for a request.</summary>
/// <param name="Status">HTTP status; 0 without an answer.</param>
/// <param name="Code">Code of the problem, or why there is no answer.</param>
/// <param name="Job">The job's id, as the edge told it.</param>
/// <param name="Body">Empty without an answer.</param>
internal sealed record Reply(int Status, string Code, string Job, byte[] Body)
{
    /// <summary>Nothing was connected to, so nothing was sent.</summary>
    public const string NotSent = "not-sent";

    private static readonly HashSet<string> Refusals =
        [NotSent, "stopping", "requests-full", "bytes-full", "wait-too-long", "shed"];

    private static readonly HashSet<string> Movable =
    [
        NotSent, "stopping", "queue-unavailable", "store-unavailable", "identity-unavailable", "no-kernel",
        "usage-unrecorded",
    ];

    /// <summary>
    /// Whether another edge is asked, as a balancer would: this one did nothing, or says that it cannot serve, and not
    /// that there is too much to serve.
    /// </summary>
    public bool IsElsewhere => Movable.Contains(Code);

    /// <summary>What the history calls it.</summary>
    public EntryType Type => Status switch
    {
        >= 200 and < 400 => EntryType.Ok,
        >= 400 and < 500 => EntryType.Fail,
        _ => Refusals.Contains(Code) ? EntryType.Fail : EntryType.Info,
    };
}
