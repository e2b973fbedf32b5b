using Microsoft.Extensions.Options;

namespace Millrace.Webhooks.Sending;

/// <summary>
/// So many messages of a tenant on their way, so many waiting behind, first come, first served. Safe for any number of
/// threads.
/// </summary>
internal sealed class TenantPlaces(IOptions<SenderOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = [];

    /// <summary>A place; null when the tenant has as many under way and waiting as it may.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IDisposable?> EnterAsync(string tenant, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_lines.TryGetValue(tenant, out var line)) _lines[tenant] = line = new Line();
            if (line.Held < options.Value.TenantConcurrency)
            {
                line.Held++;
                return new Place(this, tenant);
            }
            if (line.Waiting.Count >= options.Value.TenantWaitingMax) return null;
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Waiting.AddLast(turn);
        }
        await using var withdrawing = cancellationToken.Register(() => Withdraw(tenant, turn, cancellationToken));
        await turn.Task;
        return new Place(this, tenant);
    }

    private void Withdraw(string tenant, TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(tenant, out var line) && line.Waiting.Remove(turn))
                turn.TrySetCanceled(cancellationToken);
        }
    }

    // A place goes to the next who waits; a line without anybody is forgotten.
    private void Leave(string tenant)
    {
        lock (_lock)
        {
            var line = _lines[tenant];
            if (line.Waiting.First is { } next)
            {
                line.Waiting.RemoveFirst();
                next.Value.TrySetResult();
            }
            else if (--line.Held == 0)
            {
                _lines.Remove(tenant);
            }
        }
    }

    private sealed class Line
    {
        public int Held { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];
    }

    private sealed class Place(TenantPlaces places, string tenant) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) places.Leave(tenant);
        }
    }
}
