using Millrace.Core.Dispatch;
using Millrace.Core.Handover;
using Millrace.Core.Images;

namespace Millrace.Edge.Dispatch;

/// <summary>The workers that have a session with this edge, and their pace. Safe for any number of threads.</summary>
internal sealed class Fleet(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Membership> _members = [];
    private readonly PaceTable _pace = new();
    private volatile IReadOnlyList<string> _builds = [];

    /// <summary>Builds of the kernels that live, each once.</summary>
    public IReadOnlyList<string> Builds => _builds;

    /// <summary>How many workers have a session.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _members.Count;
        }
    }

    /// <summary>A worker has said hello.</summary>
    /// <param name="worker">Who it is.</param>
    /// <param name="replaced">
    /// Called when the same instance begins another session, which takes this one's place.
    /// </param>
    public Membership Join(WorkerIdentity worker, Action replaced)
    {
        var joined = new Membership(worker, replaced);
        Membership? before;
        lock (_lock)
        {
            before = _members.GetValueOrDefault(worker.Instance);
            _members[worker.Instance] = joined;
            _pace.Join(worker.Instance);
            CountBuilds();
        }
        before?.Replaced();
        return joined;
    }

    /// <summary>A session has ended.</summary>
    /// <returns>False when another one had taken its place: the worker lives.</returns>
    public bool Leave(Membership member)
    {
        lock (_lock)
        {
            if (_members.GetValueOrDefault(member.Worker.Instance) != member) return false;
            _members.Remove(member.Worker.Instance);
            _pace.Leave(member.Worker.Instance);
            CountBuilds();
            return true;
        }
    }

    /// <summary>The worker of an instance; null without a session.</summary>
    public WorkerIdentity? Find(Guid instance)
    {
        lock (_lock) return _members.GetValueOrDefault(instance)?.Worker;
    }

    /// <summary>Whether a worker's fetch is answered now, or others go first.</summary>
    public bool Admits(Guid instance)
    {
        lock (_lock) return _pace.Admits(instance, Now());
    }

    /// <summary>A worker brought an image.</summary>
    public void Learn(Guid instance, ImageFormat result, TimeSpan converted, long pixels)
    {
        lock (_lock) _pace.Learn(instance, result, converted, pixels);
    }

    /// <summary>A worker was lost, or brought what is no outcome.</summary>
    public void Failed(Guid instance)
    {
        lock (_lock) _pace.Failed(instance, Now());
    }

    /// <summary>What a worker is told of its pace; null while unknown.</summary>
    public double? Pace(Guid instance)
    {
        lock (_lock) return _pace.Told(instance, Now());
    }

    /// <summary>All workers as they are now.</summary>
    public IReadOnlyList<FleetMember> List()
    {
        lock (_lock)
        {
            return [.. _members.Values.Select(member => new FleetMember(member.Worker,
                _pace.Ratio(member.Worker.Instance, Now()), _pace.Limps(member.Worker.Instance, Now())))];
        }
    }

    private void CountBuilds() => _builds = [.. _members.Values.Select(member => member.Worker.Build).Distinct()];

    private TimeSpan Now() => time.GetElapsedTime(_start);
}

/// <summary>One session's place in the fleet.</summary>
/// <param name="worker">Whose.</param>
/// <param name="replaced">Called when another session takes its place.</param>
internal sealed class Membership(WorkerIdentity worker, Action replaced)
{
    /// <summary>Whose.</summary>
    public WorkerIdentity Worker { get; } = worker;

    /// <summary>Another session has taken its place.</summary>
    public void Replaced() => replaced();
}

/// <summary>A worker as this edge sees it.</summary>
/// <param name="Worker">Who.</param>
/// <param name="Pace">Its time a megapixel as a multiple of the fleet's median; null while unknown.</param>
/// <param name="Limps">Whether others are served before it.</param>
internal sealed record FleetMember(WorkerIdentity Worker, double? Pace, bool Limps);
