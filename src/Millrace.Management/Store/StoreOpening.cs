using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Millrace.Management.Store;

/// <summary>Brings the database to this build's shape. Any number of replicas may do so at once.</summary>
internal sealed partial class StoreOpening(DatabaseDoor door, ILogger<StoreOpening> log)
{
    /// <summary>Migrates; returns when the database is ready.</summary>
    /// <exception cref="ManagementStoreException">It cannot be reached or written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = door.Open();
            // The tool takes a lock in the database itself.
            await db.Database.MigrateAsync(cancellationToken);
            LogOpen((await db.Counter.AsNoTracking().SingleAsync(cancellationToken)).Revision);
        }
        catch (Exception exception) when (exception is DbException
            or InvalidOperationException { InnerException: DbException } or TimeoutException)
        {
            throw ManagementStoreException.Of(exception);
        }
    }

    [LoggerMessage(7000, LogLevel.Information, "Management's database is open at revision {Revision}.")]
    private partial void LogOpen(long revision);
}
