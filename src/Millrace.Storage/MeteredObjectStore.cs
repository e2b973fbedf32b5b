using System.Runtime.CompilerServices;
using Millrace.Core.Objects;

namespace Millrace.Storage;

/// <summary>Counts and times what a store does.</summary>
internal sealed class MeteredObjectStore(IObjectStore store, StorageMetrics metrics, TimeProvider time) : IObjectStore
{
    /// <inheritdoc/>
    public async Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        var outcome = await MeterAsync(
            "put", () => store.PutAsync(key, content, length, mode, cancellationToken),
            put => put == PutOutcome.Exists ? StorageOutcome.Exists : StorageOutcome.Done);
        if (outcome == PutOutcome.Stored) metrics.Written(length);
        return outcome;
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        var found = await MeterAsync(
            "get", () => store.GetAsync(key, range, cancellationToken), found => Presence(found is not null));
        if (found is not null) metrics.Read(found.Head.Clamp(range).Length);
        return found;
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) => MeterAsync(
        "head", () => store.HeadAsync(key, cancellationToken), head => Presence(head is not null));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var objects =
            store.ListAsync(prefix, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await MeterAsync("list", () => objects.MoveNextAsync().AsTask(), Presence);
        for (; more; more = await objects.MoveNextAsync()) yield return objects.Current;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => MeterAsync(
        "delete",
        async () =>
        {
            await store.DeleteAsync(key, cancellationToken);
            return true;
        },
        _ => StorageOutcome.Done);

    private static string Presence(bool isThere) => isThere ? StorageOutcome.Done : StorageOutcome.Absent;

    private async Task<T> MeterAsync<T>(string operation, Func<Task<T>> call, Func<T, string> outcomeOf)
    {
        var start = time.GetTimestamp();
        var outcome = StorageOutcome.Abandoned;
        try
        {
            var result = await call();
            outcome = outcomeOf(result);
            return result;
        }
        catch (ObjectStoreException exception)
        {
            outcome = StorageOutcome.Of(exception.Fault);
            throw;
        }
        finally
        {
            metrics.Ended(operation, outcome, time.GetElapsedTime(start));
        }
    }
}
