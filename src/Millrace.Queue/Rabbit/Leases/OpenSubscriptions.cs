namespace Millrace.Queue.Rabbit.Leases;

/// <summary>Every subscription with something unsettled on it; closing them gives all of it back.</summary>
internal sealed class OpenSubscriptions : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LaneSubscription, Task> _open = [];
    private bool _isClosed;

    /// <summary>Adds one; false, and it is lost, when all is closed.</summary>
    public bool TryAdd(LaneSubscription subscription)
    {
        lock (_lock)
        {
            if (!_isClosed) _open.Add(subscription, Task.CompletedTask);
            return !_isClosed;
        }
    }

    /// <summary>Closes one now.</summary>
    public async Task CloseAsync(LaneSubscription subscription)
    {
        lock (_lock) _open.Remove(subscription);
        await subscription.DisposeAsync();
    }

    /// <summary>Closes a retired one when all is settled that came over it.</summary>
    public void CloseWhenIdle(LaneSubscription subscription)
    {
        lock (_lock)
        {
            if (_open.ContainsKey(subscription)) _open[subscription] = CloseIdleAsync(subscription);
        }
    }

    /// <summary>Closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        KeyValuePair<LaneSubscription, Task>[] left;
        lock (_lock)
        {
            _isClosed = true;
            left = [.. _open];
        }
        await Task.WhenAll(left.Select(one => one.Key.DisposeAsync().AsTask()));
        await Task.WhenAll(left.Select(one => one.Value));
    }

    private async Task CloseIdleAsync(LaneSubscription subscription)
    {
        await Task.Yield();
        await subscription.WhenIdleAsync();
        await CloseAsync(subscription);
    }
}
