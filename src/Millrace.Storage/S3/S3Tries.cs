using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>
/// The one layer that tries again: the SDK's own is off. Each try ends when the store is silent for too long.
/// </summary>
internal sealed class S3Tries(S3ObjectStoreOptions options, StorageMetrics metrics, TimeProvider time, Random random)
{
    // The wait doubles so often.
    private const int DoublingsMax = 5;

    private readonly Lock _lock = new();

    /// <summary>Tries until it is done, refused, or was tried often enough.</summary>
    /// <param name="what">What is tried, with the object's key or the bucket's name.</param>
    /// <param name="tryOnce">One try. Its second argument is the silence: whoever moves bytes breaks it.</param>
    /// <param name="triesMax">At most this often, and <see cref="S3ObjectStoreOptions.TriesMax"/>.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ObjectStoreException">It could not be done.</exception>
    public async Task<T> RunAsync<T>(
        string what, Func<int, Silence, Task<T>> tryOnce, int triesMax, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await TryAsync(what, number, tryOnce, cancellationToken);
            }
            catch (ObjectStoreException exception) when (
                exception.Fault == ObjectStoreFault.Unavailable && number < Math.Min(triesMax, options.TriesMax))
            {
                metrics.Retried();
            }
            await Task.Delay(Pause(number), time, cancellationToken);
        }
    }

    /// <summary>Tries as often as the options allow.</summary>
    public Task<T> RunAsync<T>(string what, Func<Silence, Task<T>> tryOnce, CancellationToken cancellationToken) =>
        RunAsync(what, (_, silence) => tryOnce(silence), int.MaxValue, cancellationToken);

    private async Task<T> TryAsync<T>(
        string what, int number, Func<int, Silence, Task<T>> tryOnce, CancellationToken cancellationToken)
    {
        using var silence = new Silence(options.SilenceTimeout, time, cancellationToken);
        try
        {
            return await tryOnce(number, silence);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw S3Failure.Silence(options.SilenceTimeout, what, exception);
        }
        catch (Exception exception) when (S3Failure.IsOne(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw S3Failure.Of(exception, what);
        }
    }

    private TimeSpan Pause(int number)
    {
        var longest = options.RetryDelay * (1 << Math.Min(number - 1, DoublingsMax));
        lock (_lock) return longest * random.NextDouble();
    }
}

/// <summary>A store that neither takes nor gives bytes; too long a silence cancels.</summary>
internal sealed class Silence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _linked;

    /// <summary>Begins it.</summary>
    public Silence(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _timeout = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
    }

    /// <summary>Cancelled by the caller, or when it lasts too long.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Bytes have moved: it begins anew.</summary>
    public void Break() => _timeout.CancelAfter(_limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        _linked.Dispose();
        _timeout.Dispose();
    }
}
