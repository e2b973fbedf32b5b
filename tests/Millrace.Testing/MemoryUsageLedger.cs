using System.Runtime.CompilerServices;
using Millrace.Core.Usage;

namespace Millrace.Testing;

/// <summary>
/// A ledger in memory that can fail at a step: from one of its puts on it throws, with or without having done that one.
/// </summary>
internal sealed class MemoryUsageLedger : IUsageLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Recorder, long Epoch, long First), UsageBatch> _batches = [];
    private readonly Dictionary<(string Recorder, long Epoch), UsageEpoch> _epochs = [];
    private int _steps;

    /// <summary>Puts so far.</summary>
    public int Steps => _steps;

    /// <summary>When it fails; null: never. Its fault is of no meaning here.</summary>
    public StoreFailure? Failure { get; set; }

    /// <summary>Every batch that was put, once.</summary>
    public IReadOnlyList<UsageBatch> Batches
    {
        get
        {
            lock (_lock) return [.. _batches.Values.OrderBy(batch => batch.Epoch).ThenBy(batch => batch.First)];
        }
    }

    public IReadOnlyList<UsageEpoch> Epochs
    {
        get
        {
            lock (_lock) return [.. _epochs.Values.OrderBy(epoch => epoch.Epoch)];
        }
    }

    /// <summary>It works again.</summary>
    public void Heal() => (Failure, _steps) = (null, 0);

    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        Step(() =>
        {
            var key = (batch.Recorder, batch.Epoch, batch.First);
            if (_batches.TryGetValue(key, out var before)) Assert.Equal(before.Hash, batch.Hash);
            _batches[key] = batch;
        });
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var sum in Sums().Where(sum => sum.Tenant == tenant && sum.Minute >= from && sum.Minute < until))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return sum;
        }
    }

    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken)
    {
        Step(() =>
        {
            var key = (epoch.Recorder, epoch.Epoch);
            var isFurther = !_epochs.TryGetValue(key, out var before)
                || (!before.HasEnded && (epoch.HasEnded || epoch.Delivered >= before.Delivered));
            if (isFurther) _epochs[key] = epoch;
        });
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var epoch in Epochs) yield return epoch;
    }

    /// <summary>Everything, summed by tenant, minute, lane and class; a job counts once.</summary>
    public IReadOnlyList<UsageSum> Sums()
    {
        var jobs = Batches.SelectMany(batch => batch.Jobs).DistinctBy(job => job.Id).Select(SumOf);
        return
        [
            .. Batches.SelectMany(batch => batch.Sums).Concat(jobs)
                .GroupBy(sum => (sum.Tenant, sum.Minute, sum.Lane, sum.Class)).Select(group => group.Aggregate(Add))
                .OrderBy(sum => sum.Minute).ThenBy(sum => sum.Tenant, StringComparer.Ordinal)
                .ThenBy(sum => sum.Lane).ThenBy(sum => sum.Class),
        ];
    }

    /// <summary>A record as a sum of one.</summary>
    public static UsageSum SumOf(UsageRecord record) => new()
    {
        Tenant = record.Tenant,
        Minute = DateTimeOffset.FromUnixTimeSeconds(record.At.ToUnixTimeSeconds() / 60 * 60),
        Lane = record.Lane,
        Class = record.Class,
        Answers = 1,
        Billable = record.IsBillable ? record.Results : 0,
        BytesIn = record.BytesIn,
        BytesOut = record.BytesOut,
        Pixels = record.Pixels,
    };

    /// <summary>Two sums of the same.</summary>
    public static UsageSum Add(UsageSum one, UsageSum other) => one with
    {
        Answers = one.Answers + other.Answers,
        Billable = one.Billable + other.Billable,
        BytesIn = one.BytesIn + other.BytesIn,
        BytesOut = one.BytesOut + other.BytesOut,
        Pixels = one.Pixels + other.Pixels,
    };

    private void Step(Action act)
    {
        lock (_lock)
        {
            _steps++;
            if (Failure is { } failure && _steps >= failure.Step)
            {
                if (_steps == failure.Step && failure.Happens) act();
                if (_steps == failure.Step || failure.Lasts) throw new UsageLedgerException("The ledger is away.");
            }
            act();
        }
    }
}
