using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>Whether this worker gets tickets and gets on with them. Safe for any number of threads.</summary>
public sealed class LeaseHealth(KernelPool pool, IJobQueue queue, IOptions<LeaseOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _inHand;
    private long _movedAt = time.GetTimestamp();
    private string? _broken = "It has not begun to take tickets.";
    private bool _stopping;

    /// <summary>Null while all is well; otherwise one sentence on what is not.</summary>
    public string? Unready
    {
        get
        {
            lock (_lock)
            {
                if (_stopping) return "It is stopping.";
                if (_broken is not null) return _broken;
                var stalled = _inHand == 0 ? TimeSpan.Zero : time.GetElapsedTime(_movedAt);
                if (stalled > options.Value.StallTimeout)
                    return $"It holds tickets, and none has ended for {stalled.TotalSeconds:0} s.";
            }
            if (pool.ProcessIds.Count == 0) return "No kernel is alive.";
            var cells = queue.Health;
            return cells.Count > 0 && cells.All(cell => !cell.IsHealthy)
                ? $"No cell of the queue can be reached: {cells[0].Reason}"
                : null;
        }
    }

    /// <summary>Leases held.</summary>
    internal int InHand
    {
        get
        {
            lock (_lock) return _inHand;
        }
    }

    internal void Streams()
    {
        lock (_lock) _broken = null;
    }

    internal void Broken(string reason)
    {
        lock (_lock) _broken = reason;
    }

    internal void Stopping()
    {
        lock (_lock) _stopping = true;
    }

    internal void Begin()
    {
        lock (_lock)
        {
            if (_inHand++ == 0) _movedAt = time.GetTimestamp();
        }
    }

    /// <summary>One of those held has come a step further: one of a job's transforms is made.</summary>
    internal void Moved()
    {
        lock (_lock) _movedAt = time.GetTimestamp();
    }

    internal void End()
    {
        lock (_lock)
        {
            _inHand--;
            _movedAt = time.GetTimestamp();
        }
    }
}
