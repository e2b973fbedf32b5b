using Millrace.Core.Tickets;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// Where what the broker handed out waits until the worker takes it: lanes in their turns, the cells of a lane one
/// after the other, and never more held than the worker's credit.
/// </summary>
/// <param name="cells">How many there are.</param>
/// <param name="keepsPlace">Whether one place is kept free of slow work.</param>
/// <param name="time">Of waits.</param>
internal sealed class LeaseDesk(int cells, bool keepsPlace, TimeProvider time)
{
    // So long slow work is not begun in the place of a quick ticket on its way: twice what the way took lately, within
    // these. A worker that waits in vain has lost no more.
    private static readonly TimeSpan GraceMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan GraceMax = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly LinkedList<RabbitLease>[,] _waiting = Shelves(cells);
    private readonly int[] _nextCell = new int[Lanes.All.Count];
    private readonly int[] _held = new int[Lanes.All.Count];
    private readonly HashSet<Task> _holding = [];
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LaneTurns _turns;
    private TimeSpan _grace = GraceMin;
    private long? _lastOfFull;
    private bool _isOnItsWay;

    /// <summary>Lays down what came.</summary>
    public void Add(int cell, RabbitLease lease)
    {
        lock (_lock)
        {
            if (lease.Ticket.Lane == Lane.Interactive) LearnGrace();
            _waiting[(int)lease.Ticket.Lane, cell].AddLast(lease);
            Wake();
        }
    }

    /// <summary>The next ticket for the worker; null when it holds enough or nothing may be taken.</summary>
    /// <param name="places">Its credit.</param>
    public RabbitLease? TryTake(int places)
    {
        lock (_lock)
        {
            if (_held.Sum() >= places) return null;
            Span<bool> waiting = stackalloc bool[Lanes.All.Count];
            for (var lane = 0; lane < waiting.Length; lane++) waiting[lane] = CellWith(lane) >= 0;
            if (!waiting[(int)Lane.Interactive] && Expected() > TimeSpan.Zero) return null;
            var slow = keepsPlace ? _held[(int)Lane.Heavy] + _held[(int)Lane.Bulk] : 0;
            var (chosen, next) = _turns.Choose(waiting, slow, places);
            if (chosen is not { } taken) return null;
            _turns = next;
            return Take((int)taken);
        }
    }

    /// <summary>Ends at the next change; ask for it before looking.</summary>
    public Task WakeAsync()
    {
        lock (_lock)
        {
            var expected = Expected();
            return expected > TimeSpan.Zero
                ? Task.WhenAny(_wake.Task, Task.Delay(expected, time, CancellationToken.None))
                : _wake.Task;
        }
    }

    /// <summary>Has whoever waits look again.</summary>
    public void Stir()
    {
        lock (_lock) Wake();
    }

    /// <summary>The worker holds one less.</summary>
    /// <param name="lane">Of which lane.</param>
    /// <param name="wasFull">Whether its subscription had all it may have, so that the next may be on its way.</param>
    public void Settled(Lane lane, bool wasFull)
    {
        lock (_lock)
        {
            _held[(int)lane]--;
            if (lane == Lane.Interactive && wasFull) (_lastOfFull, _isOnItsWay) = (time.GetTimestamp(), true);
            Wake();
        }
    }

    /// <summary>Keeps a release that waits for its time, until it is done.</summary>
    public void Hold(Task release)
    {
        lock (_lock)
        {
            _holding.RemoveWhere(done => done.IsCompleted);
            _holding.Add(release);
        }
    }

    /// <summary>Takes away what waits of a subscription, in order.</summary>
    public IReadOnlyList<RabbitLease> Remove(LaneSubscription subscription)
    {
        var removed = new List<RabbitLease>();
        lock (_lock)
        {
            foreach (var shelf in _waiting)
            {
                var mine = shelf.Where(lease => lease.Subscription == subscription).ToList();
                foreach (var lease in mine) shelf.Remove(lease);
                removed.AddRange(mine);
            }
        }
        return removed;
    }

    private RabbitLease Take(int lane)
    {
        var cell = CellWith(lane);
        var shelf = _waiting[lane, cell];
        var lease = shelf.First!.Value;
        shelf.RemoveFirst();
        _nextCell[lane] = cell + 1;
        _held[lane]++;
        return lease;
    }

    // A way longer than the longest grace was no way: there was nothing to send.
    private void LearnGrace()
    {
        if (!_isOnItsWay) return;
        _isOnItsWay = false;
        var way = time.GetElapsedTime(_lastOfFull!.Value);
        if (way > GraceMax) return;
        var learnt = (_grace + (way * 2)) / 2;
        _grace = learnt < GraceMin ? GraceMin : learnt < GraceMax ? learnt : GraceMax;
    }

    // How much longer a quick ticket may be on its way.
    private TimeSpan Expected() =>
        _lastOfFull is { } last ? _grace - time.GetElapsedTime(last) : TimeSpan.Zero;

    private int CellWith(int lane)
    {
        for (var step = 0; step < cells; step++)
        {
            var cell = (_nextCell[lane] + step) % cells;
            if (_waiting[lane, cell].Count > 0) return cell;
        }
        return -1;
    }

    private void Wake()
    {
        var waiting = _wake;
        _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.TrySetResult();
    }

    private static LinkedList<RabbitLease>[,] Shelves(int cells)
    {
        var shelves = new LinkedList<RabbitLease>[Lanes.All.Count, cells];
        for (var lane = 0; lane < Lanes.All.Count; lane++)
        {
            for (var cell = 0; cell < cells; cell++) shelves[lane, cell] = [];
        }
        return shelves;
    }
}
