using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Following;

/// <summary>
/// Follows management's feed for as long as the process lives: a snapshot first unless the disk had a copy, then
/// changes, and now and then a comparison of digests. Management away leaves what is known as it is.
/// </summary>
internal sealed partial class IdentityFollower(
    IIdentityFeed feed, KnownTenants known, SnapshotReading snapshots, IdentityReader reader, FeedPatience patience,
    IdentityMetrics metrics, IOptions<IdentityOptions> options, TimeProvider time, ILogger<IdentityFollower> log)
    : BackgroundService
{
    private const string Asked = "asked";

    // A table that has gone ahead of the digest is compared again soon.
    private static readonly TimeSpan CompareSoon = TimeSpan.FromSeconds(1);

    private readonly IdentityOptions _options = options.Value;
    private string? _wanted = "start";
    private long _compareAt;
    private TimeSpan _alarmedAt;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Follows until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        if (known.Table is not null) _wanted = null;
        PutOffComparison(_options.DigestInterval);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(await RoundAsync(stoppingToken), time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One call for changes, after a snapshot where one is wanted.</summary>
    /// <returns>How long to wait until the next.</returns>
    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_wanted is { } cause && patience.MaySnapshot()) await SnapshotAsync(cause, cancellationToken);
            if (known.Table is not { } table) return patience.Failed();
            var hasMore = await FollowAsync(table, cancellationToken);
            // Who was set back is not heard before a snapshot of it is believed.
            if (_wanted != Asked && IsDue()) await CompareAsync(table, cancellationToken);
            metrics.Called(isAnswered: true);
            _alarmedAt = default;
            patience.Answered();
            return _wanted == Asked ? UntilAsked() : hasMore ? TimeSpan.Zero : _options.Pause;
        }
        catch (IdentityFeedException exception)
        {
            metrics.Called(isAnswered: false);
            Tell(exception.Message);
            return patience.Failed();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The outermost loop: what one answer of management sets off here, it would in every edge at once.
            metrics.Called(isAnswered: false);
            LogBug(exception);
            return patience.Failed();
        }
    }

    // It may be mended sooner, and is asked as often as one that is away.
    private TimeSpan UntilAsked()
    {
        var wait = patience.UntilSnapshot();
        return wait < _options.BackoffMax ? wait : _options.BackoffMax;
    }

    private async Task<IdentityTable> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await snapshots.ReadAsync(reader, cancellationToken);
        }
        catch (IdentityFeedException) when (known.Table is not null)
        {
            // Until the next is due, changes are followed by what is here.
            patience.SnapshotTried();
            throw;
        }
    }

    private async Task SnapshotAsync(string cause, CancellationToken cancellationToken)
    {
        var table = await ReadAsync(cancellationToken);
        known.Hold(table, TimeSpan.Zero);
        _wanted = null;
        patience.SnapshotTried();
        metrics.Snapshot(cause);
        LogSnapshot(table.Count, table.Reaches, cause);
    }

    // Whether there is more to fetch.
    private async Task<bool> FollowAsync(IdentityTable table, CancellationToken cancellationToken)
    {
        var page = await CallAsync(
            token => feed.ChangesAsync(reader, table.Reaches, _options.Wait, token), _options.Wait, cancellationToken);
        if (page.NeedsSnapshot || page.Head < table.Reaches)
        {
            // Management has forgotten the changes, or was set back: what is here is not what it has. Whether it is to
            // be believed at all, the snapshot shows: until then it was not heard.
            _wanted = Asked;
            return false;
        }
        known.Hear(page);
        if (_wanted == Asked)
        {
            // It has what is here after all; whether it is the same, the digests tell.
            _wanted = null;
            PutOffComparison(TimeSpan.Zero);
        }
        table.Apply(page);
        if (page.Entries.Count > 0) metrics.Changed(page.Entries.Count);
        if (table.Gone > _options.RemovedMax) _wanted ??= "removed";
        return page.Head > page.Reaches;
    }

    private async Task CompareAsync(IdentityTable table, CancellationToken cancellationToken)
    {
        var theirs = await CallAsync(token => feed.DigestAsync(reader, token), TimeSpan.Zero, cancellationToken);
        known.Hear();
        if (table.Digest is not { } ours || ours.Revision != theirs.Revision)
        {
            PutOffComparison(CompareSoon);
            return;
        }
        PutOffComparison(_options.DigestInterval);
        if (ours == theirs)
        {
            patience.Matched();
            return;
        }
        metrics.Mismatched();
        LogMismatch(ours.Revision, ours.Entries, theirs.Entries);
        _wanted ??= "mismatch";
    }

    // The feed has limits of its own; this one holds for every feed.
    private async Task<T> CallAsync<T>(
        Func<CancellationToken, ValueTask<T>> call, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(wait + _options.CallTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await call(linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IdentityFeedException("Management did not answer in time.", exception);
        }
    }

    private bool IsDue() => time.GetTimestamp() >= _compareAt;

    private void PutOffComparison(TimeSpan wait) =>
        _compareAt = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private void Tell(string reason)
    {
        if (known.Age is not { } age)
        {
            LogNothingKnown(reason);
            return;
        }
        if (age < _options.AlarmAge) return;
        if (_alarmedAt > TimeSpan.Zero && age < _alarmedAt * 2) return;
        _alarmedAt = age;
        LogOld((long)age.TotalSeconds, reason);
    }

    [LoggerMessage(10000, LogLevel.Information,
        "A snapshot of {Entries} plans, tenants and keys was read, up to revision {Revision} ({Cause}).")]
    private partial void LogSnapshot(long entries, long revision, string cause);

    [LoggerMessage(10001, LogLevel.Warning,
        "At revision {Revision} there are {Ours} entries here, at management {Theirs} or others: all is read anew.")]
    private partial void LogMismatch(long revision, long ours, long theirs);

    [LoggerMessage(10002, LogLevel.Warning, "No tenant is known yet, so no key is served: {Reason}")]
    private partial void LogNothingKnown(string reason);

    [LoggerMessage(10004, LogLevel.Error,
        "Following management failed as it never should: what is known is served on, and it is tried again.")]
    private partial void LogBug(Exception exception);

    [LoggerMessage(10003, LogLevel.Error,
        "Management was heard {AgeSeconds} s ago. What is known is served; changes are not seen. {Reason}")]
    private partial void LogOld(long ageSeconds, string reason);
}
