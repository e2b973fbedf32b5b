using System.Diagnostics.Metrics;
using Millrace.Core.Admission;
using Millrace.Core.Identity;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Holds tenants to their number of open jobs, as far as this edge can know without a scan: it counts the jobs that it
/// has accepted itself against its share, and looks into the store only for a tenant that has reached it. Safe for any
/// number of threads.
/// </summary>
internal sealed class OpenJobs
{
    private readonly IObjectStore _store;
    private readonly LiveEdges _edges;
    private readonly AdmissionMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Lock _lock = new();
    private readonly OpenJobTable _table = new();

    public OpenJobs(
        IObjectStore store, LiveEdges edges, AdmissionMetrics metrics, IMeterFactory meters, TimeProvider time)
    {
        (_store, _edges, _metrics, _time, _start) = (store, edges, metrics, time, time.GetTimestamp());
        meters.Create("Millrace.Edge").CreateObservableUpDownCounter(
            "millrace.admission.open_jobs", () => Count, "{job}",
            "Jobs of tenants with limits that were accepted here and are not known to have ended.");
    }

    private int Count
    {
        get
        {
            lock (_lock) return _table.Count;
        }
    }

    /// <summary>Whether a tenant may have one more; the answer when not.</summary>
    /// <exception cref="ObjectStoreException">The store cannot say which jobs have ended.</exception>
    public async ValueTask<Problem?> CheckAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Limits is not { } limits) return null;
        var most = TenantShare.Of(limits, _edges()).JobsOpen;
        IReadOnlyList<Guid> looks;
        lock (_lock)
        {
            if (_table.CountOf(caller.Tenant) < most) return null;
            looks = _table.Look(caller.Tenant, _time.GetElapsedTime(_start));
        }
        foreach (var id in await EndedAsync(caller.Tenant, looks, cancellationToken))
        {
            lock (_lock) _table.End(id);
        }
        lock (_lock)
        {
            if (_table.CountOf(caller.Tenant) < most) return null;
        }
        var problem = PlanRefusal.OfJobsOpen(limits);
        _metrics.Refused(problem);
        return problem;
    }

    /// <summary>A job was accepted here.</summary>
    public void Add(in Caller caller, Guid id)
    {
        if (caller.Limits is null) return;
        lock (_lock) _table.Add(caller.Tenant, id);
    }

    private async Task<IEnumerable<Guid>> EndedAsync(
        string tenant, IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        var heads = await Task.WhenAll(
            jobs.Select(id => _store.HeadAsync(JobKeys.Outcome(tenant, id), cancellationToken)));
        return jobs.Where((_, number) => heads[number] is not null);
    }
}
