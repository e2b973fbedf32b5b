using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Kernels;

namespace Millrace.Worker.Kernels;

/// <summary>
/// One kernel, from the worker's side. Used by one caller at a time. A read is always pending, so that a death is
/// noticed at once, idle or busy.
/// </summary>
internal sealed class KernelProcess : IAsyncDisposable
{
    private const int NotKilled = -1;
    private static readonly TimeSpan ReapInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan DyingTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReapTimeout = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _child;
    private readonly TimeProvider _time;
    private readonly StderrTail _stderr = new();
    private readonly ResidentMemory _memory;
    private readonly byte[] _sent = new byte[KernelFrames.RequestHeaderBytes + KernelFrames.TextBytesMax];
    private readonly byte[] _received = new byte[KernelFrames.ReplyHeaderBytes];
    private readonly Task _drained;
    private readonly long _imageBytesMax;
    private Task<bool> _nextHeader;
    private readonly Lazy<Task<KernelDeath>> _death;
    private volatile bool _closed;
    private int _killedFor = NotKilled;
    private ulong _sequence;
    private long _busySince;

    private KernelProcess(ChildProcess child, long imageBytesMax, TimeProvider time)
    {
        _child = child;
        _time = time;
        _imageBytesMax = imageBytesMax;
        _memory = new ResidentMemory(child.ProcessId);
        _death = new Lazy<Task<KernelDeath>>(BuryAsync);
        _drained = _stderr.DrainAsync(child.Errors);
        _nextHeader = FillAsync(_received);
    }

    public int ProcessId => _child.ProcessId;

    /// <summary>What it said when it was ready.</summary>
    public KernelHello Hello { get; private set; } = new("unknown", []);

    /// <summary>Images it was given.</summary>
    public long Conversions => (long)_sequence;

    /// <summary>Whether its end of the socket is closed: it is dead or dying.</summary>
    public bool IsClosed => _closed;

    /// <summary>Bytes of memory it holds now; 0 when it is gone.</summary>
    public long ResidentBytes => _memory.Read();

    /// <summary>How long it has worked on its image; null while idle.</summary>
    public TimeSpan? Busy => Volatile.Read(ref _busySince) is not 0 and var since ? _time.GetElapsedTime(since) : null;

    /// <summary>Starts a kernel and waits until it is warm and sandboxed.</summary>
    /// <exception cref="KernelStartException">It did not come up; it is dead and reaped.</exception>
    public static async Task<KernelProcess> StartAsync(
        KernelProgram program, KernelSettings settings, IReadOnlyList<string> environment, long imageBytesMax,
        TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(program.Path, [.. program.Arguments, .. settings.ToArguments()], environment);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new KernelStartException(exception.Message, exception);
        }
        var kernel = new KernelProcess(child, imageBytesMax, time);
        try
        {
            kernel.Hello = await kernel.ReceiveHelloAsync(timeout, cancellationToken);
            return kernel;
        }
        catch
        {
            await kernel.EndAsync();
            throw;
        }
    }

    /// <summary>Hands it an image and waits for the outcome, or for its death. Cannot be cancelled: kill it.</summary>
    public async Task<KernelAnswer> ConvertAsync(ConversionRequest request)
    {
        _sequence++;
        Volatile.Write(ref _busySince, _time.GetTimestamp());
        var held = false;
        try
        {
            await SendAsync(request);
            held = true;
            if (await ReceiveAsync() is { } outcome) return new KernelAnswer(outcome, null, held);
        }
        catch (SocketException)
        {
            // It is dead or dying, whether or not the pending read has seen that yet.
            _closed = true;
        }
        catch (ObjectDisposedException)
        {
            // It was buried meanwhile.
        }
        finally
        {
            Volatile.Write(ref _busySince, 0);
        }
        return new KernelAnswer(null, await EndAsync(), held);
    }

    /// <summary>Kills it; the first cause stays.</summary>
    public void Kill(KernelDeathCause cause)
    {
        Interlocked.CompareExchange(ref _killedFor, (int)cause, NotKilled);
        _child.Kill();
    }

    /// <summary>Ends it if it still lives, reaps it, and says how it died. Safe to call more than once.</summary>
    public Task<KernelDeath> EndAsync() => _death.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync();

    private async Task<KernelHello> ReceiveHelloAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            if (await _nextHeader.WaitAsync(timeout, _time, cancellationToken)
                && KernelReplyHeader.Read(_received, _imageBytesMax) is { Sequence: 0 } header)
            {
                var text = new byte[header.TextBytes];
                if (await FillAsync(text))
                {
                    _nextHeader = FillAsync(_received);
                    return KernelHello.Parse(Encoding.UTF8.GetString(text));
                }
            }
        }
        catch (TimeoutException exception)
        {
            throw new KernelStartException($"The kernel was not ready within {timeout.TotalSeconds:0} s.", exception);
        }
        var death = await EndAsync();
        throw new KernelStartException(
            $"The kernel ended before it was ready: {death.Exit}; it said: '{death.Stderr}'.");
    }

    private async Task SendAsync(ConversionRequest request)
    {
        var text = Encoding.UTF8.GetBytes(
            request.Transform.ToString(), _sent.AsSpan(KernelFrames.RequestHeaderBytes));
        new KernelRequestHeader(_sequence, text, request.Source.Length, request.Watermark.Length).Write(_sent);
        await SendAllAsync(_sent.AsMemory(0, KernelFrames.RequestHeaderBytes + text));
        await SendAllAsync(request.Source);
        await SendAllAsync(request.Watermark);
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _child.Frames.SendAsync(bytes)..];
        }
    }

    /// <returns>Null when it died, or had to be killed for what it sent.</returns>
    private async Task<ConversionOutcome?> ReceiveAsync()
    {
        if (!await _nextHeader) return null;
        if (KernelReplyHeader.Read(_received, _imageBytesMax) is not { } header || header.Sequence != _sequence)
        {
            Kill(KernelDeathCause.Protocol);
            return null;
        }
        var outcome = header.Failure == 0 ? await ReceiveImageAsync(header) : await ReceiveFailureAsync(header);
        if (outcome is not null) _nextHeader = FillAsync(_received);
        return outcome;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The receiver of the outcome disposes the image.")]
    private async Task<ConversionOutcome?> ReceiveImageAsync(KernelReplyHeader header)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(header.ImageBytes);
        if (await FillAsync(buffer.AsMemory(0, header.ImageBytes)))
        {
            return ConversionOutcome.Of(
                new ConvertedImage(
                    buffer.AsMemory(0, header.ImageBytes), header.Format, header.Width, header.Height, header.Frames,
                    header.Source!, () => ArrayPool<byte>.Shared.Return(buffer)),
                default);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }

    private async Task<ConversionOutcome?> ReceiveFailureAsync(KernelReplyHeader header)
    {
        var text = new byte[header.TextBytes];
        if (!await FillAsync(text)) return null;
        if (Enum.IsDefined((ConversionFailure)header.Failure))
            return ConversionOutcome.Of((ConversionFailure)header.Failure, Encoding.UTF8.GetString(text));
        Kill(KernelDeathCause.Protocol);
        return null;
    }

    /// <returns>False when the kernel's end is closed.</returns>
    private async Task<bool> FillAsync(Memory<byte> target)
    {
        try
        {
            while (target.Length > 0)
            {
                var read = await _child.Frames.ReceiveAsync(target);
                if (read == 0) break;
                target = target[read..];
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Reset by its death, or closed by us at its burial.
        }
        _closed |= target.Length > 0;
        return target.Length == 0;
    }

    private async Task<KernelDeath> BuryAsync()
    {
        // A kernel whose socket is closed may still be dying of its signal: it is given a moment to finish, so that the
        // signal and not our kill is what we read.
        var exit = _closed ? await ReapAsync(DyingTimeout) : null;
        if (exit is null)
        {
            // What closes its end and lingers has not retired either.
            if (_closed) _child.Kill();
            else Kill(KernelDeathCause.Retired);
            exit = await ReapAsync(ReapTimeout);
        }
        _child.Frames.Dispose();
        _memory.Dispose();
        await Task.WhenAny(_drained, Task.Delay(ReapTimeout, _time));
        _child.Errors.Dispose();
        var stderr = _stderr.ToString();
        return new KernelDeath(
            _killedFor == NotKilled ? KernelDeath.Judge(exit, stderr) : (KernelDeathCause)_killedFor, exit, stderr);
    }

    /// <returns>Null when it is not dead within the time: the system holds it in a call that cannot be
    /// interrupted.</returns>
    private async Task<ChildExit?> ReapAsync(TimeSpan timeout)
    {
        var start = _time.GetTimestamp();
        while (_child.TryReap() is var exit)
        {
            if (exit is not null || _time.GetElapsedTime(start) >= timeout) return exit;
            await Task.Delay(ReapInterval, _time);
        }
        return null;
    }
}
