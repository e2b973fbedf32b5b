using Millrace.Core.Cells;
using Millrace.Core.Tickets;

namespace Millrace.Bench.Queues;

/// <summary>The same through <see cref="IJobQueue"/>, whichever its adapter.</summary>
internal sealed class PortLoop : ITicketLoop
{
    private const int Credit = 256;
    private const int Tenants = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IJobQueue _queue;
    private readonly IAsyncDisposable _owner;
    private readonly int _cells;
    private readonly Lane _lane;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _consuming;
    private int _left;
    private TaskCompletionSource _done = new();

    /// <summary>A loop over a queue.</summary>
    /// <param name="name">As it stands in the table.</param>
    /// <param name="queue">The port.</param>
    /// <param name="lane">Of all tickets.</param>
    /// <param name="cells">Cells that the tenants are spread over.</param>
    /// <param name="engines">Processes beside this one that work for it.</param>
    /// <param name="owner">What to dispose at the end.</param>
    public PortLoop(
        string name, IJobQueue queue, Lane lane, int cells, IReadOnlyList<int> engines, IAsyncDisposable owner)
    {
        (Name, _queue, _lane, _cells, Engines, _owner) = (name, queue, lane, cells, engines, owner);
        _consuming = ConsumeAsync();
    }

    public string Name { get; }

    public IReadOnlyList<int> Engines { get; }

    /// <summary>A ticket as an edge would write it, 300 to 500 bytes.</summary>
    public static Ticket Ticket(int number, Lane lane, int cells)
    {
        var tenant = $"tenant-{number % Tenants}";
        return new Ticket
        {
            Id = new Guid(number, 0, 0, new byte[8]),
            Tenant = tenant,
            Lane = lane,
            Cell = CellChoice.Of(tenant, cells).Primary,
            Transform = "width=300&format=jpeg&quality=80",
            Source = "http://127.0.0.1:9000",
            ContentHash = new string('0', 64),
            SourceBytes = 256_000,
            Pixels = 1_000_000,
            Deadline = TimeProvider.System.GetUtcNow() + Patience,
            Remaining = Patience,
        };
    }

    public async Task RunAsync(int tickets, int inFlight, CancellationToken cancellationToken)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_left, var next) = (tickets, -1);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => EnqueueAsync()));
        await _done.Task.WaitAsync(cancellationToken);

        async Task EnqueueAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number < tickets)
            {
                var ticket = Ticket(number, _lane, _cells);
                while (await _queue.EnqueueAsync(ticket, cancellationToken) == EnqueueOutcome.Full) await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _consuming;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
        await _owner.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ConsumeAsync()
    {
        await foreach (var lease in _queue.LeaseAsync(Lanes.Images, new LeaseCredit(Credit), _stop.Token))
        {
            await lease.CompleteAsync();
            if (Interlocked.Decrement(ref _left) == 0) _done.TrySetResult();
        }
    }
}
