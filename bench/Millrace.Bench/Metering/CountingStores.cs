using System.Runtime.CompilerServices;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Bench.Metering;

/// <summary>A ledger and an object store that take everything at once and keep only how much it was.</summary>
internal sealed class CountingStores : IUsageLedger, IObjectStore
{
    /// <summary>Bytes of segments.</summary>
    public long SegmentBytes { get; private set; }

    /// <summary>Segments.</summary>
    public int Segments { get; private set; }

    /// <summary>Rows of sums.</summary>
    public long Sums { get; private set; }

    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        Sums += batch.Sums.Count;
        return Task.CompletedTask;
    }

    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        if (!key.ToString().EndsWith(".parquet", StringComparison.Ordinal)) return Task.FromResult(PutOutcome.Stored);
        SegmentBytes += length;
        Segments++;
        return Task.FromResult(PutOutcome.Stored);
    }

    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        Task.FromResult<ObjectHead?>(null);

    public Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken) =>
        Task.FromResult<StoredObject?>(null);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => Task.CompletedTask;

    public IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, CancellationToken cancellationToken) => Nothing<ObjectHead>(cancellationToken);

    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        Nothing<UsageSum>(cancellationToken);

    public IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter, CancellationToken cancellationToken) => Nothing<UsageEpoch>(cancellationToken);

    private static async IAsyncEnumerable<T> Nothing<T>(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        cancellationToken.ThrowIfCancellationRequested();
        yield break;
    }
}
