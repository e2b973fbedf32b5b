using System.Runtime.CompilerServices;
using Millrace.Core.Identity;

namespace Millrace.Testing;

/// <summary>Management in memory: keeps entries, counts what is asked, and can be away or break off.</summary>
internal sealed class MemoryFeed : IIdentityFeed
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IdentityEntry> _entries = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;
    private int _snapshots;
    private int _finds;
    private int _changes;

    /// <summary>Whether nobody answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>After how many pages a snapshot breaks off; null: never.</summary>
    public int? BreaksAfter { get; set; }

    /// <summary>Entries of a page.</summary>
    public int PageEntries { get; set; } = 1_000;

    /// <summary>Whether changes come at all; without them only asking helps.</summary>
    public bool TellsChanges { get; set; } = true;

    /// <summary>Below this revision changes are no longer known.</summary>
    public long ForgottenBelow { get; set; }

    /// <summary>What an asking for a key waits for; null: nothing.</summary>
    public Task? FindGate { get; set; }

    public int LiveEdges { get; set; } = 1;

    public int Snapshots => Volatile.Read(ref _snapshots);

    public int Finds => Volatile.Read(ref _finds);

    public int ChangeCalls => Volatile.Read(ref _changes);

    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Gives each entry the next revision and takes it in.</summary>
    public void Put(params IEnumerable<IdentityEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries) _entries[NameOf(entry)] = entry with { Revision = ++_revision };
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Changes what stands, with the same revision, as no management should.</summary>
    public void Corrupt(IdentityEntry entry)
    {
        lock (_lock) _entries[NameOf(entry)] = entry with { Revision = 1 };
    }

    /// <summary>Goes back to nothing, as a management does whose disk was lost.</summary>
    public void Lose()
    {
        lock (_lock) (_revision, _) = (0, _entries.Remove(""));
        _entries.Clear();
    }

    public async IAsyncEnumerable<IdentityPage> SnapshotAsync(
        IdentityReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDown();
        Interlocked.Increment(ref _snapshots);
        var (entries, head) = Live();
        var pages = entries.Chunk(PageEntries).DefaultIfEmpty([]).ToList();
        foreach (var (index, page) in pages.Index())
        {
            if (index == BreaksAfter) throw new IdentityFeedException("It broke off.");
            var isLast = index == pages.Count - 1;
            yield return PageOf(page, isLast ? head : page[^1].Revision, head) with { IsLast = isLast };
            await Task.Yield();
        }
    }

    public async ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _changes);
        ThrowIfDown();
        Task changed;
        lock (_lock) changed = _changed.Task;
        var page = Since(after);
        if (page.Entries.Count > 0 || page.NeedsSnapshot || wait == TimeSpan.Zero) return page;
        try
        {
            await changed.WaitAsync(wait, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing has changed.
        }
        ThrowIfDown();
        return Since(after);
    }

    public async ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _finds);
        if (FindGate is { } gate) await gate.WaitAsync(cancellationToken);
        ThrowIfDown();
        lock (_lock)
        {
            if (_entries.GetValueOrDefault("key/" + hash) is not KeyEntry { IsRemoved: false } key) return [];
            var tenant = (TenantEntry)_entries["tenant/" + key.Tenant];
            return [key, tenant, _entries["plan/" + tenant.Plan]];
        }
    }

    public ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        var (entries, head) = Live();
        var sum = entries.Aggregate(0UL, (sum, entry) => sum + IdentityDigest.Of(entry));
        return new(new IdentityDigest(head, entries.Length, sum));
    }

    private (IdentityEntry[] Entries, long Head) Live()
    {
        lock (_lock)
        {
            return ([.. _entries.Values.Where(entry => !entry.IsRemoved).OrderBy(entry => entry.Revision)], _revision);
        }
    }

    private IdentityPage Since(long after)
    {
        lock (_lock)
        {
            if (after < ForgottenBelow || after > _revision)
                return PageOf([], Math.Min(after, _revision), _revision) with { NeedsSnapshot = true };
            if (!TellsChanges) return PageOf([], after, after);
            IdentityEntry[] entries = [.. _entries.Values.Where(entry => entry.Revision > after)
                .OrderBy(entry => entry.Revision)];
            var page = entries.Length > PageEntries ? entries[..PageEntries] : entries;
            return PageOf(page, page.Length < entries.Length ? page[^1].Revision : _revision, _revision);
        }
    }

    private IdentityPage PageOf(IReadOnlyList<IdentityEntry> entries, long reaches, long head) => new()
    {
        Entries = entries,
        Reaches = reaches,
        Head = head,
        At = TimeProvider.System.GetUtcNow(),
        LiveEdges = LiveEdges,
    };

    private void ThrowIfDown()
    {
        if (IsDown) throw new IdentityFeedException("It is down.");
    }

    private static string NameOf(IdentityEntry entry) => entry switch
    {
        PlanEntry plan => "plan/" + plan.Plan,
        TenantEntry tenant => "tenant/" + tenant.Tenant,
        KeyEntry key => "key/" + key.Hash,
        _ => throw new ArgumentOutOfRangeException(nameof(entry)),
    };
}
