namespace Millrace.Core.Jobs;

/// <summary>What a sweep does with a job.</summary>
public enum SweepStep
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>It cannot be told without the job's record.</summary>
    Read,

    /// <summary>Deletes all there is: it was never accepted, or its time to be known is over.</summary>
    Forget,

    /// <summary>Stores the outcome that nobody ended it.</summary>
    GiveUp,

    /// <summary>Deletes source and results.</summary>
    Expire,
}

/// <summary>The times by which jobs are swept.</summary>
/// <param name="OrphanAge">Age at which a job must have an outcome, and something without a record goes.</param>
/// <param name="RecordKeep">How long a job is known after it has expired.</param>
public sealed record SweepRules(TimeSpan OrphanAge, TimeSpan RecordKeep);

/// <summary>Decides what becomes of the objects of jobs. Pure.</summary>
public static class JobSweeping
{
    /// <summary>When an id of version 7 was made; the beginning of time for another id.</summary>
    public static DateTimeOffset MadeAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = 0L;
        foreach (var part in bytes[..6]) milliseconds = (milliseconds << 8) | part;
        return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.UnixEpoch;
    }

    /// <summary>The step for a job.</summary>
    /// <param name="id">Of the job.</param>
    /// <param name="parts">What there is of it.</param>
    /// <param name="record">Its record; null when there is none or it has not been read.</param>
    /// <param name="now">By the clock of whoever sweeps.</param>
    /// <param name="rules">The times.</param>
    public static SweepStep Decide(
        Guid id, IReadOnlySet<JobPart> parts, JobRecord? record, DateTimeOffset now, SweepRules rules)
    {
        var age = now - MadeAt(id);
        if (!parts.Contains(JobPart.Record)) return age >= rules.OrphanAge ? SweepStep.Forget : SweepStep.Keep;
        return parts.Contains(JobPart.Outcome)
            ? OfEnded(age, parts, record, now, rules)
            : OfUnended(age, record, now, rules);
    }

    private static SweepStep OfEnded(
        TimeSpan age, IReadOnlySet<JobPart> parts, JobRecord? record, DateTimeOffset now, SweepRules rules)
    {
        var hasBytes = parts.Overlaps([JobPart.Source, JobPart.Watermark, JobPart.Result]);
        if (record is null) return hasBytes || age >= rules.RecordKeep ? SweepStep.Read : SweepStep.Keep;
        if (now >= record.ExpiresAt + rules.RecordKeep) return SweepStep.Forget;
        return hasBytes && now >= record.ExpiresAt ? SweepStep.Expire : SweepStep.Keep;
    }

    // The outcome is stored before anything is deleted: a worker that is at it then loses nothing but its work.
    private static SweepStep OfUnended(TimeSpan age, JobRecord? record, DateTimeOffset now, SweepRules rules)
    {
        if (record is null) return SweepStep.Read;
        return age >= rules.OrphanAge || now >= record.ExpiresAt ? SweepStep.GiveUp : SweepStep.Keep;
    }
}
