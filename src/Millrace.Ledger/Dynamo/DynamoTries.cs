using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// The one layer that tries again: the SDK's own is off. Whatever is tried may already have been done, and is harmless
/// again.
/// </summary>
internal sealed class DynamoTries(DynamoLedgerOptions options, LedgerMetrics metrics, TimeProvider time, Random random)
{
    // The wait doubles so often.
    private const int DoublingsMax = 6;

    private readonly Lock _lock = new();

    /// <summary>Tries until it is done, refused, or was tried often enough without getting anywhere.</summary>
    /// <param name="what">What is tried, for people.</param>
    /// <param name="tryOnce">One try, and how far it got.</param>
    /// <param name="cancellationToken">Abandons it; it may be done in part.</param>
    /// <exception cref="UsageLedgerException">It could not be done; it may be done in part.</exception>
    public async Task RunAsync(
        string what, Func<CancellationToken, Task<Progress>> tryOnce, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var (progress, failure) = await TryAsync(tryOnce, cancellationToken);
            if (progress == Progress.Done) return;
            if (progress == Progress.Some) number = 0;
            else if (number >= options.TriesMax || (failure is not null && !DynamoFailure.IsPassing(failure)))
                throw DynamoFailure.Of(failure ?? new IOException("the store takes none of it for now."), what);
            metrics.Retried();
            await Task.Delay(Pause(number), time, cancellationToken);
        }
    }

    /// <summary>Tries a request that is done whole or not.</summary>
    public async Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> tryOnce, CancellationToken cancellationToken)
    {
        T? answer = default;
        await RunAsync(
            what,
            async token =>
            {
                answer = await tryOnce(token);
                return Progress.Done;
            },
            cancellationToken);
        return answer!;
    }

    private async Task<(Progress, Exception?)> TryAsync(
        Func<CancellationToken, Task<Progress>> tryOnce, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.TryTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await tryOnce(linked.Token), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && (exception is OperationCanceledException || DynamoFailure.IsOne(exception)))
        {
            return (Progress.None, exception);
        }
    }

    private TimeSpan Pause(int number)
    {
        var longest = options.RetryDelay * (1 << Math.Clamp(number - 1, 0, DoublingsMax));
        lock (_lock) return longest * random.NextDouble();
    }
}

/// <summary>How far a try got.</summary>
internal enum Progress
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Less is left to do than before.</summary>
    Some,

    /// <summary>Nothing is left.</summary>
    Done,
}
