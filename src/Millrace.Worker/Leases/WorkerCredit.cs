using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Worker.Edges;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>
/// How many tickets this worker holds at once: a free kernel each and one whose bytes are fetched meanwhile. A worker
/// that edges find slow takes less. Leases that need no ordinary kernel any more do not count, up to a bound: those
/// in quarantine would keep the others out, those being delivered would leave kernels idle. Safe for any number of
/// threads.
/// </summary>
internal sealed partial class WorkerCredit
{
    /// <summary>From this multiple of the fleet's median on a worker takes less.</summary>
    public const double LimpsAbove = 2;

    /// <summary>Below this multiple it takes all again.</summary>
    public const double RecoversBelow = 1.5;

    private readonly Lock _lock = new();
    private readonly EdgePaces _paces;
    private readonly ILogger _logger;
    private readonly int _full;
    private readonly int _elsewhereMax;
    private int _elsewhere;
    private bool _limps;

    public WorkerCredit(KernelPool pool, EdgePaces paces, LeaseMetrics metrics, ILogger<WorkerCredit> logger)
    {
        _paces = paces;
        _logger = logger;
        _full = pool.Concurrency + 1;
        _elsewhereMax = _full + pool.Quarantine.Length;
        Credit = new LeaseCredit(_full);
        metrics.Observe(() => Credit.Tickets, () => paces.Slowest, () => pool.Quarantine.InUse);
    }

    /// <summary>What the queue reads.</summary>
    public LeaseCredit Credit { get; }

    /// <summary>A lease needs no ordinary kernel any more.</summary>
    public void Leave() => Change(1);

    /// <summary>Such a lease has ended.</summary>
    public void Return() => Change(-1);

    /// <summary>Looks at the paces again.</summary>
    public void Refresh() => Change(0);

    /// <summary>Whether a worker limps, as it did or did not before. Pure.</summary>
    public static bool Limps(bool before, double pace) => before ? pace >= RecoversBelow : pace > LimpsAbove;

    private void Change(int elsewhere)
    {
        lock (_lock)
        {
            _elsewhere += elsewhere;
            var pace = _paces.Slowest;
            var limps = Limps(_limps, pace);
            var own = limps ? Math.Max(1, (int)(_full / pace)) : _full;
            if (limps != _limps) Tell(limps, pace, own);
            _limps = limps;
            var tickets = own + Math.Min(_elsewhere, _elsewhereMax);
            if (tickets != Credit.Tickets) Credit.Tickets = tickets;
        }
    }

    private void Tell(bool limps, double pace, int tickets)
    {
        if (limps) LogLimps(pace, tickets);
        else LogRecovered(pace);
    }

    [LoggerMessage(2023, LogLevel.Warning,
        "Edges find this worker {Pace:0.#} times slower than the fleet's median: it takes {Tickets} tickets at once")]
    private partial void LogLimps(double pace, int tickets);

    [LoggerMessage(2024, LogLevel.Information,
        "Edges find this worker quick again ({Pace:0.#} times the fleet's median): it takes all it can")]
    private partial void LogRecovered(double pace);
}
