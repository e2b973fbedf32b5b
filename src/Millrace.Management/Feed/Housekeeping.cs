using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Feed;

/// <summary>
/// Ends what was deleted once its grace is over, and forgets removals that every reader has long seen.
/// </summary>
internal sealed partial class Housekeeping(
    DatabaseDoor door, ChangeLog changes, TenantBook tenants, IOptions<StoreOptions> options, TimeProvider time,
    ILogger<Housekeeping> log) : BackgroundService
{
    private const string Actor = "millrace";
    private const int KeysMax = 1_000;
    private const int RoundsMax = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly CalendarWatch _calendar = new(time, options.Value.ClockRest);

    /// <summary>One round; none while the calendar is not to be believed.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!_calendar.IsSteady()) return;
        for (var round = 0; round < RoundsMax && await IsNeededAsync(cancellationToken); round++)
        {
            LogPurged(await tenants.PurgeAsync(Actor, cancellationToken));
        }
        await ForgetAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (ManagementStoreException exception)
                {
                    LogFailed(exception.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    // A round with nothing to do takes no revision.
    private async Task<bool> IsNeededAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.DeletionGrace;
        return await door.ReadAsync(db => db.Tenants.AnyAsync(
            row => row.DeletedAt != null && row.DeletedAt <= before && !row.IsRemoved, cancellationToken));
    }

    // Revoked keys; tenants' ids stay, so that nobody gets one again.
    private async Task ForgetAsync(CancellationToken cancellationToken) => await changes.RunAsync<int>(
        Actor,
        async change =>
        {
            var before = change.Now - options.Value.RemovalsKept;
            var rows = await change.Db.Keys
                .Where(row => row.IsRemoved && row.RevokedAt != null && row.RevokedAt < before)
                .OrderBy(row => row.Revision).Take(KeysMax).ToListAsync(change.CancellationToken);
            if (rows.Count == 0) return 0;
            change.Counter.Horizon = Math.Max(change.Counter.Horizon, rows[^1].Revision);
            change.Db.Keys.RemoveRange(rows);
            change.Audit("key.forget", "keys", $"{rows.Count} revoked before {before:O}", null);
            return rows.Count;
        },
        cancellationToken);

    [LoggerMessage(7010, LogLevel.Warning, "Housekeeping must wait: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(7011, LogLevel.Information, "{Count} tenants, deleted for longer than the grace, are gone for good.")]
    private partial void LogPurged(int count);
}
