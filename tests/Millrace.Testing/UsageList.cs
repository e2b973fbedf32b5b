using System.Collections.Concurrent;
using Millrace.Core.Usage;

namespace Millrace.Testing;

/// <summary>A recorder that keeps what it is told in memory, and takes nothing when a test says so.</summary>
internal sealed class UsageList : IUsageRecorder
{
    private readonly ConcurrentQueue<UsageRecord> _records = [];

    /// <summary>What was recorded, in order.</summary>
    public IReadOnlyList<UsageRecord> Records => [.. _records];

    /// <inheritdoc/>
    public string? Refusing { get; set; }

    /// <summary>Whether records are taken.</summary>
    public bool IsTaking { get; set; } = true;

    /// <inheritdoc/>
    public bool Record(UsageRecord record)
    {
        if (IsTaking) _records.Enqueue(record);
        return IsTaking;
    }
}
