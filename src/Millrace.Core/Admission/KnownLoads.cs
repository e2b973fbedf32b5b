namespace Millrace.Core.Admission;

/// <summary>
/// The tenants that are active: those with a place, and those whose bucket is not full again. What is left of the
/// others would say nothing, so they are forgotten, a few at each event.
/// </summary>
/// <param name="idleMax">
/// Tenants without a place that are remembered; beyond them the one whose bucket is full soonest begins anew. At least
/// 1.
/// </param>
internal sealed class KnownLoads(int idleMax)
{
    private const int ForgottenAtOnce = 4;

    private readonly Dictionary<string, TenantLoad> _loads = new(StringComparer.Ordinal);

    // Every tenant without a place is in it, by the time at which its bucket was to be full when it came in.
    private readonly PriorityQueue<TenantLoad, TimeSpan> _idle = new();

    public int Count => _loads.Count;

    public TenantLoad? Find(string tenant) => _loads.GetValueOrDefault(tenant);

    public TenantLoad FindOrAdd(string tenant)
    {
        if (_loads.TryGetValue(tenant, out var load)) return load;
        load = new TenantLoad(tenant);
        _loads.Add(tenant, load);
        return load;
    }

    /// <summary>To be called at the end of each event, for the tenant that it was about.</summary>
    public void Tidy(TenantLoad load, TimeSpan now)
    {
        Watch(load, now);
        for (var i = 0; i < ForgottenAtOnce && _idle.TryPeek(out _, out var due) && due <= now; i++) Release(now);
        while (_idle.Count > idleMax) Release(TimeSpan.MaxValue);
    }

    // One that has a place now is let go of: it comes back when its last place ends.
    private void Release(TimeSpan now)
    {
        var load = _idle.Dequeue();
        load.IsWatched = false;
        Watch(load, now);
    }

    private void Watch(TenantLoad load, TimeSpan now)
    {
        if (load.InFlight > 0 || load.IsWatched) return;
        if (load.Bucket.FullAt <= now)
        {
            _loads.Remove(load.Tenant);
            return;
        }
        load.IsWatched = true;
        _idle.Enqueue(load, load.Bucket.FullAt);
    }
}
