using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>
/// The worker's role: leases tickets for as long as the host runs, each handled on its own. A stream of leases that
/// breaks is opened again. A stop takes no more, gives back what no kernel holds, and finishes the rest.
/// </summary>
internal sealed partial class LeaseLoop(
    IJobQueue queue, LeaseHandler handler, WorkerCredit credit, LeaseHealth health, KernelPool pool, Jitter jitter,
    TimeProvider time, ILogger<LeaseLoop> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(5);

    // What kernels held past the drain timeout is dead when they are; its leases then go back.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Held, bool> _held = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to lease.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, and waits for what kernels hold within the pool's drain timeout.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        health.Stopping();
        await _stop.CancelAsync();
        await _running;
        var rest = Task.WhenAll(_held.Keys.Select(held => held.Task));
        if (await EndsAsync(rest, pool.DrainTimeout, cancellationToken)) return;
        LogDrainedLate(health.InHand);
        await pool.StopAsync(CancellationToken.None);
        await EndsAsync(rest, LastWords, CancellationToken.None);
    }

    /// <summary>Ends the stream where the host did not: it never came up, and the queue goes next.</summary>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested) _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        for (var backoff = FirstBackoff; !stopping.IsCancellationRequested;)
        {
            var leased = await StreamAsync(stopping);
            if (stopping.IsCancellationRequested) return;
            backoff = leased ? FirstBackoff : backoff * 2 < LastBackoff ? backoff * 2 : LastBackoff;
            await EndsAsync(Task.Delay(jitter.Of(backoff), time, stopping), Timeout.InfiniteTimeSpan, stopping);
        }
    }

    /// <returns>Whether anything was leased before the stream ended.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The role's outermost loop: whatever broke, it starts anew.")]
    private async Task<bool> StreamAsync(CancellationToken stopping)
    {
        var leased = false;
        try
        {
            health.Streams();
            await foreach (var lease in queue.LeaseAsync(Lanes.Images, credit.Credit, stopping))
            {
                leased = true;
                health.Streams();
                Begin(lease, stopping);
            }
            if (!stopping.IsCancellationRequested) Break("The stream of leases ended by itself.", null);
        }
        catch (Exception exception)
        {
            if (!stopping.IsCancellationRequested) Break("The stream of leases broke.", exception);
        }
        return leased;
    }

    private void Break(string reason, Exception? exception)
    {
        health.Broken(reason);
        LogBroken(reason, exception);
    }

    private void Begin(ILease lease, CancellationToken stopping)
    {
        var held = new Held();
        _held[held] = true;
        health.Begin();
        held.Task = HandleAsync(held, lease, stopping);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A bug on one ticket must not end the work on all others.")]
    private async Task HandleAsync(Held held, ILease lease, CancellationToken stopping)
    {
        try
        {
            await handler.HandleAsync(lease, stopping);
        }
        catch (Exception exception)
        {
            LogFailed(lease.Ticket.Id, exception);
            await GiveBackAsync(lease);
        }
        finally
        {
            health.End();
            _held.TryRemove(held, out _);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The lease is then lost, and the queue hands it out again.")]
    private async Task GiveBackAsync(ILease lease)
    {
        try
        {
            await handler.GiveBackAsync(lease);
        }
        catch (Exception exception)
        {
            LogFailed(lease.Ticket.Id, exception);
        }
    }

    private async Task<bool> EndsAsync(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(timeout, time, cancellationToken);
            return true;
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One lease's work, awaited by the stop.</summary>
    private sealed class Held
    {
        public Task Task { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(2017, LogLevel.Error, "{Reason} It is opened again")]
    private partial void LogBroken(string reason, Exception? exception);

    [LoggerMessage(2018, LogLevel.Error, "The work on ticket {Ticket} failed; it is given back")]
    private partial void LogFailed(Guid ticket, Exception exception);

    [LoggerMessage(2019, LogLevel.Warning, "{Tickets} tickets were not done within the drain timeout; they go back")]
    private partial void LogDrainedLate(int tickets);
}
