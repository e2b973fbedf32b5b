using System.Runtime.CompilerServices;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;

namespace Millrace.Simulation.Ports;

/// <summary>The region's object store: each object whole or absent, and creates that succeed for one.</summary>
internal sealed class SimBucket
{
    private readonly SortedDictionary<string, (byte[] Bytes, DateTimeOffset At)> _objects = new(StringComparer.Ordinal);
    private readonly Judge _judge;
    private readonly PlantedBug _bug;

    public SimBucket(Timeline line, Judge judge, PlantedBug bug)
    {
        (_judge, _bug) = (judge, bug);
        Process = new SimProcess(line, "store", TimeSpan.Zero) { Bug = fault => judge.Bug("store", fault) };
    }

    public SimProcess Process { get; }

    /// <summary>Whether nobody is served.</summary>
    public bool IsAway { get; set; }

    public byte[]? Read(ObjectKey key) => _objects.TryGetValue(key.ToString(), out var found) ? found.Bytes : null;

    public (byte[] Bytes, DateTimeOffset At)? Find(ObjectKey key) =>
        _objects.TryGetValue(key.ToString(), out var found) ? found : null;

    public PutOutcome Put(ObjectKey key, byte[] bytes, PutMode mode)
    {
        var isCreated = !_objects.TryGetValue(key.ToString(), out var before);
        var isBlind = _bug == PlantedBug.OutcomeOverwritten && IsOutcome(key);
        if (mode == PutMode.Create && !isCreated && !isBlind) return PutOutcome.Exists;
        if (!isCreated && IsOutcome(key) && !before.Bytes.AsSpan().SequenceEqual(bytes))
            _judge.Broken("outcome", $"the outcome {key} was changed");
        _objects[key.ToString()] = (bytes, Process.Time.GetUtcNow());
        return PutOutcome.Stored;
    }

    public bool Delete(ObjectKey key)
    {
        if (IsOutcome(key) && _objects.ContainsKey(key.ToString()))
            _judge.Broken("outcome", $"the outcome {key} was deleted before its time");
        return _objects.Remove(key.ToString());
    }

    public IReadOnlyList<ObjectHead> List(string prefix, ObjectKey? after) =>
        [.. _objects.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (after is not { } last || string.CompareOrdinal(one.Key, last.ToString()) > 0))
            .Select(one => new ObjectHead(ObjectKey.Of(one.Key), one.Value.Bytes.Length, one.Value.At))];

    private static bool IsOutcome(ObjectKey key) => JobObject.Read(key) is { Part: JobPart.Outcome };
}

/// <summary>The object store as one process sees it.</summary>
internal sealed class SimStore(SimBucket bucket, Wire wire, SimProcess process) : IObjectStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        process.Say($"puts {key} ({mode})");
        return await CallAsync($"put {key}", () => bucket.Put(key, copy.ToArray(), mode), cancellationToken);
    }

    public async Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        var found = await CallAsync($"get {key}", () => bucket.Find(key), cancellationToken);
        return found is { } stored
            ? new StoredObject(new(key, stored.Bytes.Length, stored.At), new MemoryStream(stored.Bytes))
            : null;
    }

    public async Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var found = await CallAsync($"head {key}", () => bucket.Find(key), cancellationToken);
        return found is { } stored ? new ObjectHead(key, stored.Bytes.Length, stored.At) : null;
    }

    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var head in await CallAsync($"list {prefix}", () => bucket.List(prefix, after), cancellationToken))
            yield return head;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync($"delete {key}", () => bucket.Delete(key), cancellationToken);

    private async Task<T> CallAsync<T>(string step, Func<T> serve, CancellationToken cancellationToken)
    {
        try
        {
            return await wire.CallAsync(process, bucket.Process, step, ServeAsync, Patience, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new ObjectStoreException(ObjectStoreFault.Unavailable, exception.Message, exception);
        }

        Task<T> ServeAsync() => bucket.IsAway ? throw new IOException("The store is away.") : Task.FromResult(serve());
    }
}
