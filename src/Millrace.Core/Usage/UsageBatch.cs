using Millrace.Core.Tickets;

namespace Millrace.Core.Usage;

/// <summary>
/// Some consecutive records of one epoch, summed: what is shipped to the ledger. It never changes: putting it again
/// writes the same rows over themselves.
/// </summary>
public sealed record UsageBatch
{
    /// <summary>Who recorded.</summary>
    public required string Recorder { get; init; }

    /// <summary>Its boot.</summary>
    public required long Epoch { get; init; }

    /// <summary>Sequence of its first record.</summary>
    public required long First { get; init; }

    /// <summary>Sequence of its last record; batches of an epoch follow one another without gaps.</summary>
    public required long Last { get; init; }

    /// <summary>SHA-256 over the records, 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>No record of this epoch that comes later is of a time before this; but for durable jobs.</summary>
    public required DateTimeOffset Reaches { get; init; }

    /// <summary>Of interactive and heavy work: at most one for each tenant, minute, lane and class.</summary>
    public required IReadOnlyList<UsageSum> Sums { get; init; }

    /// <summary>Durable jobs, one by one: another recorder may tell the same job, which then is the same row.</summary>
    public required IReadOnlyList<UsageRecord> Jobs { get; init; }
}

/// <summary>What one tenant used in one minute, as far as one batch knows.</summary>
public sealed record UsageSum
{
    /// <summary>Whose.</summary>
    public required string Tenant { get; init; }

    /// <summary>The minute's beginning, UTC.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Where it was worked on.</summary>
    public required Lane Lane { get; init; }

    /// <summary>What kind of work it was.</summary>
    public required UsageClass Class { get; init; }

    /// <summary>Answers, whatever they said.</summary>
    public required long Answers { get; init; }

    /// <summary>Results that count for money.</summary>
    public required long Billable { get; init; }

    /// <summary>Bytes of sources.</summary>
    public required long BytesIn { get; init; }

    /// <summary>Bytes of results.</summary>
    public required long BytesOut { get; init; }

    /// <summary>Pixels of sources.</summary>
    public required long Pixels { get; init; }
}
