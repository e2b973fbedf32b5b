using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// This edge's <see cref="FirstSight"/>: lets requests wait for their equals' first. Safe for any number of threads.
/// </summary>
internal sealed class FirstSightGate(IOptions<DispatchOptions> options)
{
    private readonly Lock _lock = new();
    private readonly FirstSight _sight = new(options.Value.SeenMax, options.Value.GateWaitingMax);
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<GateSeat>> _waiting = new();

    /// <summary>Requests that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _sight.Waiting;
        }
    }

    /// <summary>Comes to the gate.</summary>
    /// <param name="contentHash">SHA-256 of the image.</param>
    /// <param name="request">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>
    /// A seat to end; null when as many wait as may wait. It completes at once unless one has to wait.
    /// </returns>
    public Task<GateSeat?> EnterAsync(string contentHash, Guid request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            switch (_sight.Arrive(contentHash, request))
            {
                case FirstSightAnswer.Full:
                    return Task.FromResult<GateSeat?>(null);
                case FirstSightAnswer.Wait:
                    break;
                case var answer:
                    return Task.FromResult<GateSeat?>(new GateSeat(this, contentHash, answer));
            }
            // Before the lock is left, so that the first cannot end in between.
            _waiting[request] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        return WaitAsync(contentHash, request, cancellationToken);
    }

    private async Task<GateSeat?> WaitAsync(string contentHash, Guid request, CancellationToken cancellationToken)
    {
        try
        {
            await using var leaving = cancellationToken.UnsafeRegister(
                (_, gone) => Leave(contentHash, request, gone), null);
            var seat = await _waiting[request].Task;
            // It was given a seat just now, which somebody else can use.
            if (cancellationToken.IsCancellationRequested) seat.End(FirstSightEnd.Unknown);
            cancellationToken.ThrowIfCancellationRequested();
            return seat;
        }
        finally
        {
            _waiting.TryRemove(request, out _);
        }
    }

    private void Leave(string contentHash, Guid request, CancellationToken gone)
    {
        bool left;
        lock (_lock) left = _sight.Leave(contentHash, request);
        if (left && _waiting.TryGetValue(request, out var seat)) seat.TrySetCanceled(gone);
    }

    internal void Ended(string contentHash, bool wasFirst, FirstSightEnd end)
    {
        lock (_lock)
        {
            if (end == FirstSightEnd.Death) _sight.Died(contentHash);
            if (!wasFirst) return;
            var answer = end == FirstSightEnd.Harmless ? FirstSightAnswer.Free : FirstSightAnswer.First;
            foreach (var request in _sight.Ended(contentHash, end))
            {
                _waiting[request].SetResult(new GateSeat(this, contentHash, answer) { Waited = true });
            }
        }
    }
}

/// <summary>A request's leave to go out.</summary>
internal sealed class GateSeat(FirstSightGate gate, string contentHash, FirstSightAnswer answer)
{
    private int _ended;

    /// <summary>Whether it waited for another.</summary>
    public bool Waited { get; init; }

    /// <summary>The request has ended; what is said after the first time is not heard.</summary>
    public void End(FirstSightEnd end)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) gate.Ended(contentHash, answer == FirstSightAnswer.First, end);
    }
}
