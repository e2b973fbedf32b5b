namespace Millrace.Core.Admission;

/// <summary>
/// The durable jobs that one edge has accepted and does not know to have ended. What edges before it accepted, and
/// what is older than its last <paramref name="jobsMax"/>, it does not count. For one thread at a time.
/// </summary>
/// <param name="jobsMax">Jobs of all tenants that are remembered, at least 1: some 200 bytes each.</param>
public sealed class OpenJobTable(int jobsMax = 100_000)
{
    /// <summary>Most jobs that are looked at at once.</summary>
    public const int LooksMax = 16;

    /// <summary>Least time between two looks at a tenant's jobs.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, OpenJobs> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, LinkedListNode<OpenJob>> _jobs = [];

    // Those of the latest that were accepted, ended or not.
    private readonly Queue<Guid> _latest = new();

    /// <summary>Jobs that are remembered, of all tenants.</summary>
    public int Count => _jobs.Count;

    /// <summary>A tenant's jobs that are not known to have ended.</summary>
    public int CountOf(string tenant) => _tenants.GetValueOrDefault(tenant)?.Jobs.Count ?? 0;

    /// <summary>A job was accepted.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="id">Its id; nothing happens when it is there already.</param>
    public void Add(string tenant, Guid id)
    {
        if (_jobs.ContainsKey(id)) return;
        if (_latest.Count >= jobsMax) End(_latest.Dequeue());
        if (!_tenants.TryGetValue(tenant, out var open)) _tenants.Add(tenant, open = new OpenJobs());
        _jobs.Add(id, open.Jobs.AddLast(new OpenJob(tenant, id)));
        _latest.Enqueue(id);
    }

    /// <summary>A job has ended; nothing happens when it is not there.</summary>
    public void End(Guid id)
    {
        if (!_jobs.Remove(id, out var node)) return;
        var (tenant, _) = node.Value;
        node.List!.Remove(node);
        if (_tenants[tenant].Jobs.Count == 0) _tenants.Remove(tenant);
    }

    /// <summary>
    /// A tenant's jobs that should be looked at, the ones not looked at for longest first; none when they were within
    /// the last <see cref="LookInterval"/>.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="now">Since any fixed moment.</param>
    public IReadOnlyList<Guid> Look(string tenant, TimeSpan now)
    {
        if (!_tenants.TryGetValue(tenant, out var open) || now < open.LookAt) return [];
        open.LookAt = now + LookInterval;
        var looked = new List<Guid>();
        for (var i = Math.Min(LooksMax, open.Jobs.Count); i > 0; i--)
        {
            var first = open.Jobs.First!;
            open.Jobs.RemoveFirst();
            open.Jobs.AddLast(first);
            looked.Add(first.Value.Id);
        }
        return looked;
    }

    private readonly record struct OpenJob(string Tenant, Guid Id);

    private sealed class OpenJobs
    {
        public LinkedList<OpenJob> Jobs { get; } = new();

        public TimeSpan LookAt { get; set; } = TimeSpan.MinValue;
    }
}
