using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Pool;

/// <summary>
/// Converts images in kernels: first come, first served, within a bound on how many wait and how long. A kernel that
/// dies is replaced behind a warm spare; its image is tried once more where its death may have been somebody else's
/// doing.
/// </summary>
public sealed partial class KernelPool : IHostedService, IAsyncDisposable
{
    private const int AttemptsMax = 2;

    private readonly KernelPoolOptions _options;
    private readonly WorkerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _bytesMax;
    private readonly ILogger _logger;
    private readonly KernelStable _stable;
    private readonly Channel<int> _slots = Channel.CreateUnbounded<int>();
    private int _waiting;
    private int _held;
    private volatile bool _stopping;

    /// <summary>A pool without kernels; <see cref="StartAsync"/> makes them.</summary>
    public KernelPool(
        IOptions<KernelPoolOptions> options, ImageLimits limits, WorkerMetrics metrics, TimeProvider time,
        ILogger<KernelPool> logger)
    {
        _options = options.Value;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _bytesMax = limits.BytesMax;
        _stable = new KernelStable(_options, limits, metrics, time, logger);
        Quarantine = new QuarantineLine(_options.QuarantineKernels, _options.QuarantineQueueMax);
        metrics.Observe(() => Volatile.Read(ref _waiting), _stable.Observe);
    }

    /// <summary>Process ids of the kernels that live now.</summary>
    public IReadOnlyCollection<int> ProcessIds => _stable.ProcessIds;

    /// <summary>Images converted at the same time.</summary>
    public int Concurrency => _options.Kernels;

    /// <summary>What the kernels say of their build: kernel and libvips.</summary>
    public string Build => _stable.Build;

    /// <summary>The places of quarantine kernels.</summary>
    internal QuarantineLine Quarantine { get; }

    /// <summary>How long a stop waits for what kernels hold.</summary>
    internal TimeSpan DrainTimeout => _options.DrainTimeout;

    /// <summary>Starts all kernels and waits until they are warm.</summary>
    /// <exception cref="KernelStartException">A kernel does not start, or its sandbox is not complete.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _stable.StartAsync(cancellationToken);
        for (var slot = 0; slot < _options.Kernels; slot++)
        {
            _slots.Writer.TryWrite(slot);
        }
        LogStarted(_options.Kernels, _options.Spares, _stable.Build);
    }

    /// <summary>
    /// Takes no new images, waits for those that kernels hold within the drain timeout, and ends the kernels.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        var start = _time.GetTimestamp();
        while (Volatile.Read(ref _held) + Volatile.Read(ref _waiting) > 0
            && _time.GetElapsedTime(start) < _options.DrainTimeout
            && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time, CancellationToken.None);
        }
        await _stable.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _stable.DisposeAsync();
    }

    /// <summary>Converts one image; the <see cref="ConvertImage"/> of a service that runs its own kernels.</summary>
    /// <param name="request">Image and transform; the source is read until this returns.</param>
    /// <param name="cancellationToken">
    /// Ends the wait for a kernel; once a kernel holds the image it is finished.
    /// </param>
    /// <exception cref="OperationCanceledException">
    /// Cancelled while it waited; no kernel has seen the image.
    /// </exception>
    public async Task<ConversionOutcome> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken)
    {
        if (BytesRefusal(request) is { } tooMany) return tooMany;
        var arrived = _time.GetTimestamp();
        var (slot, refusal) = await EnterAsync(cancellationToken);
        var queued = _time.GetElapsedTime(arrived);
        _metrics.Waited(queued);
        if (refusal is { } failure) return Refused(failure, queued);
        Interlocked.Increment(ref _held);
        try
        {
            var outcome = await AttemptAsync(request, queued);
            _metrics.Converted(outcome);
            return outcome;
        }
        finally
        {
            Interlocked.Decrement(ref _held);
            _slots.Writer.TryWrite(slot);
        }
    }

    /// <summary>
    /// Hands an image to one kernel, without a wait for its turn and without a second try: for callers that keep the
    /// order and judge deaths themselves, and wait themselves for what kernels hold before the pool stops.
    /// </summary>
    /// <returns>
    /// An outcome, <see cref="ConversionFailure.NoKernel"/> among them; or the death of the kernel.
    /// </returns>
    internal async Task<KernelAnswer> ConvertOnceAsync(ConversionRequest request)
    {
        // A kernel that was dead before it held the image costs no attempt, but there are only so many to try.
        for (var tries = 0; tries < 1 + _options.Kernels + _options.Spares; tries++)
        {
            var kernel = await _stable.TakeAsync(_options.QueueTimeout);
            if (kernel is null) break;
            var answer = await kernel.ConvertAsync(request);
            if (answer.Outcome is not null)
            {
                _stable.Return(kernel);
                return answer;
            }
            _stable.Leave(kernel);
            if (answer.Held || !answer.Death!.MayRetry) return answer;
        }
        return new KernelAnswer(Refused(ConversionFailure.NoKernel, TimeSpan.Zero), null, Held: false);
    }

    /// <summary>Starts a quarantine kernel: fresh, for one image, and not of the warm ones.</summary>
    /// <param name="cancellationToken">Ends the start; nothing is left of it.</param>
    /// <returns>Null when none could be started; the reason is logged.</returns>
    internal async Task<QuarantineKernel?> StartAloneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var kernel = await _stable.StartAloneAsync(cancellationToken);
            return new QuarantineKernel(kernel.ConvertAsync, () => _stable.BuryAsync(kernel));
        }
        catch (KernelStartException exception)
        {
            LogNoQuarantineKernel(exception);
            return null;
        }
    }

    // A kernel takes a frame with more bytes for a broken protocol, and ends.
    internal ConversionOutcome? BytesRefusal(ConversionRequest request)
    {
        if (Math.Max(request.Source.Length, request.Watermark.Length) <= _bytesMax) return null;
        var what = request.Source.Length > _bytesMax ? "image" : "watermark";
        return ConversionOutcome.Of(
            ConversionFailure.TooManyBytes,
            FormattableString.Invariant($"The {what} has more than the {_bytesMax:N0} bytes that are allowed."));
    }

    // A free slot goes to whoever has waited longest: the channel hands it to its first waiting reader.
    private async ValueTask<(int Slot, ConversionFailure? Refusal)> EnterAsync(CancellationToken cancellationToken)
    {
        if (_stopping) return (0, ConversionFailure.Stopping);
        if (_slots.Reader.TryRead(out var free)) return (free, null);
        if (Interlocked.Increment(ref _waiting) > _options.QueueMax)
        {
            Interlocked.Decrement(ref _waiting);
            return (0, ConversionFailure.QueueFull);
        }
        using var timeout = new CancellationTokenSource(_options.QueueTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await _slots.Reader.ReadAsync(linked.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, ConversionFailure.QueueDeadline);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<ConversionOutcome> AttemptAsync(ConversionRequest request, TimeSpan queued)
    {
        var start = _time.GetTimestamp();
        var attempts = 0;
        while (true)
        {
            var answer = await ConvertOnceAsync(request);
            if (answer.Held) attempts++;
            if (answer.Outcome is { } outcome) return outcome with { Timing = Timing(attempts) };
            var death = answer.Death!;
            if (attempts >= AttemptsMax || !death.MayRetry)
                return ConversionOutcome.Of(death.Failure, death.Reason, Timing(attempts));
        }

        ConversionTiming Timing(int attempts) => new(queued, _time.GetElapsedTime(start), attempts);
    }

    internal static ConversionOutcome Refused(ConversionFailure failure, TimeSpan queued) => ConversionOutcome.Of(
        failure,
        failure switch
        {
            ConversionFailure.QueueFull => "As many images wait as may wait; try again later.",
            ConversionFailure.QueueDeadline => "No kernel became free in time; try again later.",
            ConversionFailure.Stopping => "The service is stopping; try another server.",
            _ => "No kernel could be started; try again later.",
        },
        new ConversionTiming(queued, TimeSpan.Zero, 0));

    [LoggerMessage(2000, LogLevel.Information, "{Kernels} kernels and {Spares} spare are warm and sandboxed: {Build}")]
    private partial void LogStarted(int kernels, int spares, string build);

    [LoggerMessage(2005, LogLevel.Error, "A quarantine kernel could not be started; its image is answered with that")]
    private partial void LogNoQuarantineKernel(Exception exception);
}
