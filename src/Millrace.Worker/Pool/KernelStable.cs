using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Millrace.Core.Images;
using Millrace.Core.Kernels;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Pool;

/// <summary>
/// Keeps as many warm kernels as there should be. One loop owns every start and every burial, another watches what the
/// busy ones cost; both end with the stable.
/// </summary>
internal sealed partial class KernelStable(
    KernelPoolOptions options, ImageLimits limits, WorkerMetrics metrics, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(5);

    private readonly Channel<KernelProcess> _idle = Channel.CreateUnbounded<KernelProcess>();
    private readonly Channel<KernelProcess> _leaving = Channel.CreateUnbounded<KernelProcess>();

    // False once a kernel is leaving.
    private readonly ConcurrentDictionary<KernelProcess, bool> _living = new();

    // Quarantine kernels: never replaced, and nobody else's.
    private readonly ConcurrentDictionary<KernelProcess, bool> _alone = new();
    private readonly CancellationTokenSource _stop = new();
    private KernelProgram? _program;
    private Task _replacing = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private int _missing;
    private int _toldIncomplete;

    public IReadOnlyCollection<int> ProcessIds => [.. Alive.Select(kernel => kernel.ProcessId)];

    public string Build { get; private set; } = "unknown";

    private IEnumerable<KernelProcess> Alive =>
        _living.Where(entry => entry.Value).Select(entry => entry.Key).Concat(_alone.Keys);

    /// <summary>Live kernels and their memory.</summary>
    public (int Count, long Bytes) Observe() => (Alive.Count(), Alive.Sum(kernel => kernel.ResidentBytes));

    /// <summary>Starts all kernels at the same time.</summary>
    /// <exception cref="KernelStartException">One does not start; the others are ended.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _program = KernelProgram.Find(options.KernelPath);
        var count = options.Kernels + options.Spares;
        var starts = Enumerable.Range(0, count).Select(_ => StartOneAsync(cancellationToken));
        try
        {
            await Task.WhenAll(starts);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
        _replacing = ReplaceAsync(_stop.Token);
        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>The kernel that has been idle longest.</summary>
    /// <returns>Null when none came within the time.</returns>
    public async ValueTask<KernelProcess?> TakeAsync(TimeSpan timeout)
    {
        while (true)
        {
            if (!_idle.Reader.TryRead(out var kernel))
            {
                using var waited = new CancellationTokenSource(timeout, time);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(waited.Token, _stop.Token);
                try
                {
                    kernel = await _idle.Reader.ReadAsync(linked.Token);
                }
                catch (OperationCanceledException)
                {
                    return null;
                }
            }
            if (!kernel.IsClosed) return kernel;
            Leave(kernel);
        }
    }

    /// <summary>Takes back a kernel after an image, or lets it go when it has served its time.</summary>
    public void Return(KernelProcess kernel)
    {
        var spent = kernel.Conversions >= options.RecycleAfter || kernel.ResidentBytes > options.RecycleBytes;

        // Never more than one at a time is away for its age: kernels that grow old together must not leave together.
        if (spent && Volatile.Read(ref _missing) == 0) Leave(kernel);
        else _idle.Writer.TryWrite(kernel);
    }

    /// <summary>
    /// Has a kernel that is dead, or has served its time, buried and replaced; once, however often it is said.
    /// </summary>
    public void Leave(KernelProcess kernel)
    {
        if (!_living.TryUpdate(kernel, false, true)) return;
        Interlocked.Increment(ref _missing);
        _leaving.Writer.TryWrite(kernel);
    }

    /// <summary>Starts a kernel beside the others, for one image; its taker has it buried.</summary>
    /// <exception cref="KernelStartException">It does not start, or the stable is closed.</exception>
    public async Task<KernelProcess> StartAloneAsync(CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        var kernel = await StartKernelAsync(linked.Token);
        _alone[kernel] = true;
        if (!_stop.IsCancellationRequested) return kernel;

        // The closing stable may have missed it.
        await BuryAsync(kernel);
        throw new KernelStartException("The pool is closed.");
    }

    /// <summary>Ends a kernel and reaps it; its death is counted and told.</summary>
    public async Task BuryAsync(KernelProcess kernel)
    {
        var death = await kernel.EndAsync();
        if (!_living.TryRemove(kernel, out _)) _alone.TryRemove(kernel, out _);
        metrics.Died(death.Cause);
        var exit = death.Exit?.ToString() ?? "not reaped";
        if (death.Cause == KernelDeathCause.Retired) LogRetired(kernel.ProcessId, kernel.Conversions);
        else LogDeath(kernel.ProcessId, death.Cause, exit, kernel.Conversions, death.Stderr);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_replacing, _watching);
        await Task.WhenAll(_living.Keys.Concat(_alone.Keys).Select(kernel => kernel.EndAsync()));
        _living.Clear();
    }

    private async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var kernel in _leaving.Reader.ReadAllAsync(cancellationToken))
            {
                await BuryAsync(kernel);
                await StartWithRetryAsync(cancellationToken);
                Interlocked.Decrement(ref _missing);
            }
        }
        catch (OperationCanceledException)
        {
            // The stable is closing.
        }
    }

    private async Task StartWithRetryAsync(CancellationToken cancellationToken)
    {
        for (var backoff = FirstBackoff; ; backoff = backoff * 2 < LastBackoff ? backoff * 2 : LastBackoff)
        {
            try
            {
                await StartOneAsync(cancellationToken);
                return;
            }
            catch (KernelStartException exception)
            {
                LogStartFailed(backoff, exception);
            }
            await Task.Delay(backoff, time, cancellationToken);
        }
    }

    private async Task StartOneAsync(CancellationToken cancellationToken)
    {
        var kernel = await StartKernelAsync(cancellationToken);
        Build = kernel.Hello.Build;
        _living[kernel] = true;
        _idle.Writer.TryWrite(kernel);
    }

    private async Task<KernelProcess> StartKernelAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var settings = new KernelSettings
        {
            Limits = limits,
            DataBytesMax = options.MemoryBytesMax * 3 / 2,
            CpuSecondsMax = (int)Math.Ceiling(options.ConversionTimeout.TotalSeconds) * Environment.ProcessorCount + 10,
        };
        var kernel = await KernelProcess.StartAsync(
            _program!, settings, KernelEnvironment.Variables(options.FaultSwitch), options.ResultBytesMax,
            options.StartTimeout, time, cancellationToken);
        IReadOnlyList<string> missing = [.. kernel.Hello.Missing.Union(SandboxProof.Missing(kernel.ProcessId))];
        if (missing.Count > 0) await AcceptAsync(kernel, missing);
        metrics.Started(time.GetElapsedTime(start));
        return kernel;
    }

    private async Task AcceptAsync(KernelProcess kernel, IReadOnlyList<string> missing)
    {
        var list = string.Join("; ", missing);
        if (options.Sandbox == SandboxDemand.BestEffort)
        {
            if (Interlocked.Exchange(ref _toldIncomplete, 1) == 0) LogSandboxIncomplete(list);
            return;
        }
        await kernel.EndAsync();
        throw new KernelStartException(
            $"The sandbox is not complete on this machine: {list}. Mend that, or start with --sandbox=best-effort and "
            + "convert no images of strangers.");
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var kernel in _living.Keys)
                {
                    if (kernel.IsClosed) Leave(kernel);
                    Watch(kernel);
                }
                foreach (var kernel in _alone.Keys)
                {
                    Watch(kernel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The stable is closing.
        }
    }

    private void Watch(KernelProcess kernel)
    {
        if (kernel.Busy is not { } busy) return;
        if (busy > options.ConversionTimeout) kernel.Kill(KernelDeathCause.Deadline);
        else if (kernel.ResidentBytes > options.MemoryBytesMax) kernel.Kill(KernelDeathCause.Memory);
    }

    [LoggerMessage(2001, LogLevel.Warning,
        "Kernel {ProcessId} died: {Cause}, {Exit}, after {Conversions} images; its last words: '{Stderr}'")]
    private partial void LogDeath(int processId, KernelDeathCause cause, string exit, long conversions, string stderr);

    [LoggerMessage(2004, LogLevel.Debug, "Kernel {ProcessId} is replaced after {Conversions} images")]
    private partial void LogRetired(int processId, long conversions);

    [LoggerMessage(2002, LogLevel.Error, "A kernel could not be started; trying again in {Backoff}")]
    private partial void LogStartFailed(TimeSpan backoff, Exception exception);

    [LoggerMessage(2003, LogLevel.Warning, "Kernels run with an incomplete sandbox, as best-effort allows: {Missing}")]
    private partial void LogSandboxIncomplete(string missing);
}
