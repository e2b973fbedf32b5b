using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Millrace.Core.Tickets;

namespace Millrace.Worker.Tests.Leases;

/// <summary>A queue that gives out whatever is put into it, beyond any credit.</summary>
internal sealed class MemoryQueue : IJobQueue
{
    private readonly Channel<MemoryLease> _leases = Channel.CreateUnbounded<MemoryLease>();
    private int _breaks;

    public ConcurrentQueue<string> Ends { get; } = [];

    public LeaseCredit? Credit { get; private set; }

    public IReadOnlyList<CellHealth> Health { get; set; } = [new CellHealth(0, true, "", [])];

    /// <summary>The next streams throw at their first lease.</summary>
    public void Break(int streams) => Volatile.Write(ref _breaks, streams);

    public MemoryLease Put(Ticket ticket, int deliveries = 1)
    {
        var lease = new MemoryLease(ticket, deliveries, Ends);
        _leases.Writer.TryWrite(lease);
        return lease;
    }

    public Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        Put(ticket);
        return Task.FromResult(EnqueueOutcome.Stored);
    }

    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Credit = credit;
        if (Interlocked.Decrement(ref _breaks) >= 0) throw new InvalidOperationException("The broker has gone.");
        await foreach (var lease in _leases.Reader.ReadAllAsync(cancellationToken)) yield return lease;
    }
}

/// <summary>A lease whose end can be awaited: null when completed, else the delay of its release.</summary>
internal sealed class MemoryLease(Ticket ticket, int deliveries, ConcurrentQueue<string> ends) : ILease
{
    private readonly TaskCompletionSource<TimeSpan?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Ticket Ticket => ticket;

    public int Deliveries => deliveries;

    public Task<TimeSpan?> End => _end.Task.WaitAsync(Doubles.Patience);

    public ValueTask<bool> CompleteAsync()
    {
        ends.Enqueue("complete");
        _end.SetResult(null);
        return ValueTask.FromResult(true);
    }

    public ValueTask ReleaseAsync(TimeSpan delay)
    {
        ends.Enqueue("release");
        _end.SetResult(delay);
        return ValueTask.CompletedTask;
    }
}
