using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Edge.Usage;

/// <summary>
/// How fresh the ledger is, asked at most every few seconds however many want to know. What it tells is of before the
/// sums are read, so that it holds for them.
/// </summary>
internal sealed class FreshnessBoard(IUsageLedger ledger, IOptions<UsageOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Epochs that ended before are nothing to wait for.</summary>
    private static readonly TimeSpan EndedFor = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _reading = new(1);
    private UsageFreshness? _last;
    private long _readAt;

    /// <summary>Reads it, unless that was done just now.</summary>
    /// <exception cref="UsageLedgerException">The ledger cannot tell.</exception>
    public async Task<UsageFreshness> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && time.GetElapsedTime(_readAt) < options.Value.FreshnessAge) return last;
            var (began, now) = (time.GetTimestamp(), time.GetUtcNow());
            var epochs = await ledger.EpochsAsync(now - EndedFor, cancellationToken).ToListAsync(cancellationToken);
            (_last, _readAt) = (UsageFreshness.Of(epochs, now), began);
            return _last;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();
}
