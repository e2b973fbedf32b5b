using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Serving;

/// <summary>
/// The way out: at the signal to stop, readiness and new requests are refused at once while the listener stays open for
/// <see cref="ServingOptions.DrainDelay"/>, so that balancers notice; then Kestrel lets what is in flight end.
/// </summary>
internal sealed partial class Draining : IHostedLifecycleService, IDisposable
{
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Draining> _log;
    private readonly CancellationTokenRegistration _stopping;
    private int _begun;

    /// <summary>Listens for the host's signal to stop.</summary>
    public Draining(
        IHostApplicationLifetime lifetime, IOptions<ServingOptions> options, TimeProvider time, ILogger<Draining> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        _stopping = lifetime.ApplicationStopping.Register(Begin);
    }

    /// <summary>What new requests are told.</summary>
    public static Problem Refusal { get; } = Problem.Of(ProblemKinds.Stopping) with
    {
        RetryAfter = TimeSpan.FromSeconds(1),
        Closes = true,
    };

    /// <summary>Whether this process takes no new work.</summary>
    public bool Begun => Volatile.Read(ref _begun) != 0;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Before ApplicationStopping when the host is stopped by its own method, after it when stopped by a signal.
        Begin();
        try
        {
            await Task.Delay(_options.DrainDelay, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's whole time to stop is over: it goes on stopping without delay.
        }
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        LogEnded();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0) LogBegun(_options.DrainDelay, _options.DrainTimeout);
    }

    [LoggerMessage(3000, LogLevel.Information,
        "Stopping: new requests are refused for {Delay}, then those in flight have {Limit}.")]
    private partial void LogBegun(TimeSpan delay, TimeSpan limit);

    [LoggerMessage(3001, LogLevel.Information, "Stopped.")]
    private partial void LogEnded();
}
