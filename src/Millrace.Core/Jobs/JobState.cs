namespace Millrace.Core.Jobs;

/// <summary>Where a job stands. Derived from which objects exist; stored nowhere.</summary>
public enum JobState
{
    /// <summary>It waits for a worker.</summary>
    Accepted,

    /// <summary>A worker has begun it.</summary>
    Working,

    /// <summary>Every transform has a result.</summary>
    Succeeded,

    /// <summary>Some transforms have a result, some failed.</summary>
    Partial,

    /// <summary>No transform has a result.</summary>
    Failed,

    /// <summary>Its caller cancelled it before it was begun.</summary>
    Cancelled,

    /// <summary>Its results are not kept any more.</summary>
    Expired,
}

/// <summary>Derives states. Pure.</summary>
public static class JobStates
{
    /// <summary>The state of a job.</summary>
    /// <param name="record">As accepted.</param>
    /// <param name="claim">Null when there is none.</param>
    /// <param name="outcome">Null when there is none.</param>
    /// <param name="now">By the clock of whoever asks.</param>
    public static JobState Of(JobRecord record, JobClaim? claim, JobOutcome? outcome, DateTimeOffset now)
    {
        var ended = Of(claim, outcome);
        var lasts = ended is JobState.Failed or JobState.Cancelled;
        return now >= record.ExpiresAt && !lasts ? JobState.Expired : ended;
    }

    /// <summary>Whether there is an outcome, so that the state changes no more but by expiry.</summary>
    public static bool IsFinal(this JobState state) => state is not (JobState.Accepted or JobState.Working);

    /// <summary>Whether there are results to fetch.</summary>
    public static bool HasResults(this JobState state) => state is JobState.Succeeded or JobState.Partial;

    /// <summary>The state's name for callers.</summary>
    public static string Name(this JobState state) => state switch
    {
        JobState.Accepted => "accepted",
        JobState.Working => "working",
        JobState.Succeeded => "succeeded",
        JobState.Partial => "partial",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        JobState.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a state"),
    };

    private static JobState Of(JobClaim? claim, JobOutcome? outcome)
    {
        if (outcome is null) return Of(claim);
        if (outcome.IsCancelled) return JobState.Cancelled;
        var results = outcome.Transforms.Count(transform => transform.Result is not null);
        return results == 0 ? JobState.Failed
            : results == outcome.Transforms.Count ? JobState.Succeeded : JobState.Partial;
    }

    // A cancel whose outcome is not stored yet is one all the same: nobody else can have the claim.
    private static JobState Of(JobClaim? claim) => claim?.By switch
    {
        null => JobState.Accepted,
        JobClaimant.Worker => JobState.Working,
        _ => JobState.Cancelled,
    };
}
