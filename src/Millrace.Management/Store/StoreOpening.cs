using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Millrace.Management.Store;

/// <summary>Brings the database to this build's shape. Any number of replicas may do so at once.</summary>
internal sealed partial class StoreOpening(
    DatabaseDoor door, Sealing sealing, TimeProvider time, ILogger<StoreOpening> log)
{
    // The tool's own lock of a file is a row, which outlives a process that is killed while it migrates.
    private const string ForgetLock = "DELETE FROM \"__EFMigrationsLock\"";

    // Any number that nobody else uses in this database: "mill" in ASCII.
    private const long PostgresLock = 0x6D696C6C;

    private const string SealOwner = "seal-check";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Migrates; returns when the database is ready.</summary>
    /// <exception cref="ManagementStoreException">
    /// It cannot be reached or written, was changed by a newer build, was sealed by another file, or another process
    /// migrates it for too long.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = door.Open();
            if (door.IsShared) await MigrateSharedAsync(db, cancellationToken);
            else await MigrateFileAsync(db, cancellationToken);
            LogOpen((await db.Counter.AsNoTracking().SingleAsync(cancellationToken)).Revision);
        }
        catch (Exception exception) when (DatabaseDoor.IsTrouble(exception) || exception is UnauthorizedAccessException)
        {
            throw ManagementStoreException.Of(exception);
        }
    }

    private async Task MigrateFileAsync(ManagementDb db, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(door.Options.File))!);
        await using var held = await TakeLockAsync(door.Options.File + ".lock", cancellationToken);
        // Readers and who writes do not wait for one another; the file remembers it.
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
        if (await IsLockedAsync(db, cancellationToken))
            await db.Database.ExecuteSqlRawAsync(ForgetLock, cancellationToken);
        await MigrateAsync(db, cancellationToken);
    }

    // The lock is this session's, and ends with it.
    private async Task MigrateSharedAsync(ManagementDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        db.Database.SetCommandTimeout(door.Options.StartTimeout);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({PostgresLock})", cancellationToken);
        try
        {
            await MigrateAsync(db, cancellationToken);
        }
        finally
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({PostgresLock})", CancellationToken.None);
        }
    }

    private async Task MigrateAsync(ManagementDb db, CancellationToken cancellationToken)
    {
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
        if (applied.FirstOrDefault(each => !known.Contains(each)) is { } newer)
        {
            throw new ManagementStoreException(
                $"Management's database was changed by a newer build ({newer}): start that one.");
        }
        if (applied.Count() < known.Count) await db.Database.MigrateAsync(cancellationToken);
        await CheckSealAsync(db, cancellationToken);
    }

    // A replica that sealed by a file of its own would write what the others cannot read.
    private async Task CheckSealAsync(ManagementDb db, CancellationToken cancellationToken)
    {
        var counter = await db.Counter.AsNoTracking().SingleAsync(cancellationToken);
        if (counter.SealCheck is null)
        {
            var check = sealing.Seal([], SealOwner);
            await db.Counter.ExecuteUpdateAsync(
                set => set.SetProperty(row => row.SealCheck, check), cancellationToken);
            return;
        }
        try
        {
            sealing.Open(counter.SealCheck, SealOwner);
        }
        catch (InvalidDataException exception)
        {
            throw new ManagementStoreException(
                "Management:Store:SealFile is not the file that this database was sealed with: bring that one here.",
                exception);
        }
    }

    private static async Task<bool> IsLockedAsync(ManagementDb db, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<int>(
            $"SELECT count(*) AS \"Value\" FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(cancellationToken) > 0;

    private async Task<FileStream> TakeLockAsync(string path, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(start) < door.Options.StartTimeout)
            {
                // Another process migrates.
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(7000, LogLevel.Information, "Management's database is open at revision {Revision}.")]
    private partial void LogOpen(long revision);
}
