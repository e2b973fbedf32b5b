using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>One stream of leases.</summary>
public sealed class Consumer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<ILease> _stream;
    private Task<bool>? _move;

    /// <summary>Leases from a queue with this credit: the lanes of images, or those given.</summary>
    public Consumer(IJobQueue queue, int credit, IReadOnlyList<Lane>? lanes = null)
    {
        Credit = new LeaseCredit(credit);
        _stream = queue.LeaseAsync(lanes ?? Lanes.Images, Credit, _stop.Token)
            .GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>How many leases it may hold; a test may change it.</summary>
    public LeaseCredit Credit { get; }

    /// <summary>The next lease, within <see cref="Deadline.Limit"/>.</summary>
    public async Task<ILease> NextAsync()
    {
        Ask();
        Assert.True(await _move!.Within(), "A stream of leases has ended by itself.");
        _move = null;
        return _stream.Current;
    }

    /// <summary>The next leases.</summary>
    public async Task<List<ILease>> NextAsync(int count)
    {
        var leases = new List<ILease>();
        while (leases.Count < count) leases.Add(await NextAsync());
        return leases;
    }

    /// <summary>Asks for the next lease without waiting for it.</summary>
    public void Ask() => _move ??= _stream.MoveNextAsync().AsTask();

    /// <summary>Takes and holds whatever comes, telling each, until stopped.</summary>
    public async Task HoldAllAsync(Action<ILease> taken)
    {
        while (true)
        {
            Ask();
            if (!await EndedOrMovedAsync()) return;
            _move = null;
            taken(_stream.Current);
        }
    }

    /// <summary>Asks for no more. Leases that are held stay held.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_move is not null) await EndedOrMovedAsync();
        await _stream.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<bool> EndedOrMovedAsync()
    {
        try
        {
            return await _move!;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
