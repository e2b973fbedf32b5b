using System.Runtime.CompilerServices;
using Millrace.Core.Objects;

namespace Millrace.Testing;

/// <summary>
/// An object store in memory that can fail at a step: the calls that change something are counted, and from one of them
/// on it throws, with or without having done that one first.
/// </summary>
internal sealed class MemoryObjectStore(TimeProvider? time = null) : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (byte[] Bytes, DateTimeOffset At)> _objects = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private int _steps;

    /// <summary>Puts and deletes so far.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>When it fails; null: never.</summary>
    public StoreFailure? Failure { get; set; }

    /// <summary>What each put waits for before it is done.</summary>
    public Func<ObjectKey, Task>? OnPut { get; set; }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock) return [.. _objects.Keys];
        }
    }

    public byte[]? Bytes(ObjectKey key)
    {
        lock (_lock) return _objects.TryGetValue(key.ToString(), out var found) ? found.Bytes : null;
    }

    public void Set(ObjectKey key, byte[] bytes)
    {
        lock (_lock) _objects[key.ToString()] = (bytes, _time.GetUtcNow());
    }

    /// <summary>It works again, and counts from the beginning.</summary>
    public void Heal() => (Failure, _steps) = (null, 0);

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        if (copy.Length < length) throw new EndOfStreamException();
        if (OnPut is { } wait) await wait(key);
        return Step(() => Put(key, copy.ToArray(), mode));
    }

    public Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Read();
        lock (_lock)
        {
            if (!_objects.TryGetValue(key.ToString(), out var found)) return Task.FromResult<StoredObject?>(null);
            var head = new ObjectHead(key, found.Bytes.Length, found.At);
            var (offset, length) = head.Clamp(range);
            return Task.FromResult<StoredObject?>(
                new(head, new MemoryStream(found.Bytes, (int)offset, (int)length, writable: false)));
        }
    }

    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        Read();
        lock (_lock)
        {
            return Task.FromResult<ObjectHead?>(_objects.TryGetValue(key.ToString(), out var found)
                ? new ObjectHead(key, found.Bytes.Length, found.At)
                : null);
        }
    }

    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Assert.True(ObjectKey.IsPrefix(prefix));
        await Task.CompletedTask;
        Read();
        List<ObjectHead> found;
        lock (_lock)
        {
            found =
            [
                .. _objects.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)
                        && (after is not { } last || string.CompareOrdinal(one.Key, last.ToString()) > 0))
                    .Select(one => new ObjectHead(ObjectKey.Of(one.Key), one.Value.Bytes.Length, one.Value.At)),
            ];
        }
        foreach (var head in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return head;
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        Step(() =>
        {
            lock (_lock) return _objects.Remove(key.ToString());
        });
        return Task.CompletedTask;
    }

    private PutOutcome Put(ObjectKey key, byte[] bytes, PutMode mode)
    {
        lock (_lock)
        {
            if (mode == PutMode.Create && _objects.ContainsKey(key.ToString())) return PutOutcome.Exists;
            _objects[key.ToString()] = (bytes, _time.GetUtcNow());
            return PutOutcome.Stored;
        }
    }

    private T Step<T>(Func<T> act)
    {
        var step = Interlocked.Increment(ref _steps);
        if (Failure is not { } failure || step < failure.Step) return act();
        if (step == failure.Step && failure.Happens) act();
        if (step == failure.Step || failure.Lasts) throw Away(failure);
        return act();
    }

    private void Read()
    {
        if (Failure is { Lasts: true } failure && Steps >= failure.Step) throw Away(failure);
    }

    private static ObjectStoreException Away(StoreFailure failure) => new(failure.Fault, "The store is away.");
}

/// <summary>When a store in memory fails.</summary>
/// <param name="Step">The number of the put or delete, from 1.</param>
/// <param name="Happens">Whether that is done all the same: only its answer is lost.</param>
/// <param name="Lasts">Whether all that follows fails too, reads included: who asks is as good as dead.</param>
/// <param name="Fault">What it says.</param>
internal sealed record StoreFailure(
    int Step, bool Happens, bool Lasts, ObjectStoreFault Fault = ObjectStoreFault.Unavailable);
