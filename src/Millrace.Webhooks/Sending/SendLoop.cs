using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;

namespace Millrace.Webhooks.Sending;

/// <summary>
/// The sender's role: leases webhooks for as long as the host runs, each handled on its own. A stream of leases that
/// breaks is opened again. A stop takes no more, lets what is under way end for a while, and gives back the rest.
/// </summary>
internal sealed partial class SendLoop : IHostedService, IDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(5);

    private readonly IJobQueue _queue;
    private readonly LeaseKeeper _keeper;
    private readonly SenderHealth _health;
    private readonly Chance _chance;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeaseCredit _credit;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _breakOff = new();
    private readonly ConcurrentDictionary<Held, bool> _held = new();
    private Task _running = Task.CompletedTask;

    public SendLoop(
        IJobQueue queue, LeaseKeeper keeper, SenderHealth health, SenderMetrics metrics, Chance chance,
        IOptions<SenderOptions> options, TimeProvider time, ILogger<SendLoop> logger)
    {
        _queue = queue;
        _keeper = keeper;
        _health = health;
        _chance = chance;
        _time = time;
        _logger = logger;
        _credit = new LeaseCredit(options.Value.Concurrency);
        metrics.Observe(() => InHand);
    }

    /// <summary>Messages in hand.</summary>
    internal int InHand => _held.Count;

    /// <summary>Begins to lease.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, and waits for what is under way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _health.Broken("It is stopping.");
        await _stop.CancelAsync();
        await _running;
        var rest = Task.WhenAll(_held.Keys.Select(held => held.Task));
        await EndsAsync(rest, Drain, cancellationToken);
        await _breakOff.CancelAsync();
        await EndsAsync(rest, LastWords, CancellationToken.None);
    }

    /// <summary>Ends the stream where the host did not: it never came up, and the queue goes next.</summary>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested) _stop.Cancel();
        if (!_breakOff.IsCancellationRequested) _breakOff.Cancel();
        _stop.Dispose();
        _breakOff.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        for (var backoff = FirstBackoff; !stopping.IsCancellationRequested;)
        {
            var leased = await StreamAsync(stopping);
            if (stopping.IsCancellationRequested) return;
            backoff = leased ? FirstBackoff : backoff * 2 < LastBackoff ? backoff * 2 : LastBackoff;
            await EndsAsync(
                Task.Delay(_chance.Around(backoff), _time, stopping), Timeout.InfiniteTimeSpan, stopping);
        }
    }

    /// <returns>Whether anything was leased before the stream ended.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The role's outermost loop: whatever broke, it starts anew.")]
    private async Task<bool> StreamAsync(CancellationToken stopping)
    {
        var leased = false;
        try
        {
            _health.Streams();
            await foreach (var lease in _queue.LeaseAsync([Lane.Webhook], _credit, stopping))
            {
                leased = true;
                Begin(lease);
            }
            if (!stopping.IsCancellationRequested) Break("The stream of leases ended by itself.", null);
        }
        catch (Exception exception)
        {
            if (!stopping.IsCancellationRequested) Break("The stream of leases broke.", exception);
        }
        return leased;
    }

    private void Begin(ILease lease)
    {
        var held = new Held();
        _held[held] = true;
        held.Task = KeepAsync(held, lease);
    }

    private async Task KeepAsync(Held held, ILease lease)
    {
        await _keeper.KeepAsync(lease, _breakOff.Token);
        _held.TryRemove(held, out _);
    }

    private void Break(string reason, Exception? exception)
    {
        _health.Broken(reason);
        LogBroken(reason, exception);
    }

    private async Task EndsAsync(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(timeout, _time, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            // The caller goes on all the same.
        }
    }

    /// <summary>One lease's work, awaited by the stop.</summary>
    private sealed class Held
    {
        public Task Task { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(6022, LogLevel.Error, "{Reason} It is opened again")]
    private partial void LogBroken(string reason, Exception? exception);
}
