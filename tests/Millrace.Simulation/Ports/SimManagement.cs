using Millrace.Core.Identity;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;

namespace Millrace.Simulation.Ports;

/// <summary>Management: changes by revision, told in pages; it forgets old ones, and counts the edges.</summary>
internal sealed class SimManagement
{
    private const int PageEntries = 3;
    private static readonly TimeSpan LivesFor = TimeSpan.FromSeconds(12);

    private readonly Dictionary<string, IdentityEntry> _entries = [];
    private readonly Dictionary<string, TimeSpan> _readers = [];
    private readonly PlantedBug _bug;
    private TaskCompletionSource _changed = new();
    private long _forgottenBelow;

    public SimManagement(Timeline line, Judge judge, PlantedBug bug)
    {
        _bug = bug;
        Process = new SimProcess(line, "manage", TimeSpan.Zero) { Bug = fault => judge.Bug("manage", fault) };
    }

    public SimProcess Process { get; }

    /// <summary>Whether nobody is served.</summary>
    public bool IsAway { get; set; }

    public long Revision { get; private set; }

    /// <summary>Readers that were heard lately; at least 1.</summary>
    public int LiveEdges => Math.Max(1, _readers.Values.Count(at => Process.Line.Now - at < LivesFor));

    /// <summary>All entries that are not removed.</summary>
    public IEnumerable<IdentityEntry> Live => _entries.Values.Where(entry => !entry.IsRemoved);

    public IdentityDigest Digest => new(
        Revision, Live.LongCount(), Live.Aggregate(0UL, (sum, entry) => sum + IdentityDigest.Of(entry)));

    /// <summary>Changes something.</summary>
    public void Put(params IEnumerable<IdentityEntry> entries)
    {
        foreach (var entry in entries)
        {
            _entries[NameOf(entry)] = entry with { Revision = ++Revision };
            Process.Say($"revision {Revision}: {NameOf(entry)}{(entry.IsRemoved ? " is removed" : "")}");
        }
        SynchronizationContext.SetSynchronizationContext(Process.Context);
        _changed.TrySetResult();
        _changed = new TaskCompletionSource();
    }

    /// <summary>What changed before is told to nobody any more.</summary>
    public void Forget() => _forgottenBelow = Revision;

    /// <summary>A key as it is; null when there is none, or none any more.</summary>
    public KeyEntry? Key(KeyHash hash) => _entries.GetValueOrDefault("key/" + hash) as KeyEntry;

    public Task<IReadOnlyList<IdentityPage>> SnapshotAsync(string reader)
    {
        Heard(reader);
        var entries = Live.OrderBy(entry => entry.Revision).ToArray();
        var pages = entries.Chunk(PageEntries).DefaultIfEmpty([]).ToArray();
        return Task.FromResult<IReadOnlyList<IdentityPage>>([.. pages.Select((page, number) =>
        {
            var isLast = number == pages.Length - 1;
            return PageOf(page, isLast ? Revision : page[^1].Revision) with { IsLast = isLast };
        })]);
    }

    public async Task<IdentityPage> ChangesAsync(string reader, long after, TimeSpan wait)
    {
        Heard(reader);
        if (after >= _forgottenBelow && after >= Revision)
            await Task.WhenAny(_changed.Task, Task.Delay(wait, Process.Time));
        Heard(reader);
        if (after < _forgottenBelow || after > Revision)
            return PageOf([], Math.Min(after, Revision)) with { NeedsSnapshot = true };
        var entries = _entries.Values.Where(entry => entry.Revision > after).OrderBy(entry => entry.Revision).ToArray();
        if (entries.Length <= PageEntries) return PageOf(entries, Revision);
        var page = entries[..PageEntries];
        return PageOf(page, _bug == PlantedBug.PageCut ? Revision : page[^1].Revision);
    }

    public Task<IReadOnlyList<IdentityEntry>> FindKeyAsync(KeyHash hash)
    {
        Serve();
        if (Key(hash) is not { } key || (key.IsRemoved && _bug != PlantedBug.KeyToldLate))
            return Task.FromResult<IReadOnlyList<IdentityEntry>>([]);
        if (_bug == PlantedBug.KeyToldLate) key = key with { IsRemoved = false, Revision = Revision + 1 };
        var tenant = (TenantEntry)_entries["tenant/" + key.Tenant];
        return Task.FromResult<IReadOnlyList<IdentityEntry>>([key, tenant, _entries["plan/" + tenant.Plan]]);
    }

    public Task<IdentityDigest> DigestAsync()
    {
        Serve();
        return Task.FromResult(Digest);
    }

    private void Heard(string reader)
    {
        Serve();
        _readers[reader] = Process.Line.Now;
    }

    private void Serve()
    {
        if (IsAway) throw new IOException("Management is away.");
    }

    private IdentityPage PageOf(IReadOnlyList<IdentityEntry> entries, long reaches) => new()
    {
        Entries = entries,
        Reaches = reaches,
        Head = Revision,
        At = Process.Time.GetUtcNow(),
        LiveEdges = LiveEdges,
    };

    private static string NameOf(IdentityEntry entry) => entry switch
    {
        PlanEntry plan => "plan/" + plan.Plan,
        TenantEntry tenant => "tenant/" + tenant.Tenant,
        KeyEntry key => "key/" + key.Hash,
        _ => throw new ArgumentOutOfRangeException(nameof(entry)),
    };
}
