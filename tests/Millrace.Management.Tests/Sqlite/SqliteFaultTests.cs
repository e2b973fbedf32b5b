using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Millrace.Core.Identity;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests.Sqlite;

/// <summary>What a disk does to the embedded database.</summary>
public sealed class SqliteFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-management-").FullName;

    private static IdentityReader Edge { get; } = new("edge-1", IdentityRole.Edge);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Open_WhenTheFolderCannotBe_SaysWhich()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", Token);
        var settings = Desk.Sqlite(_folder);
        settings["Management:Store:File"] = Path.Combine(file, "management.db");

        var refused = await Assert.ThrowsAsync<ManagementStoreException>(() => Desk.OpenAsync(settings));

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Management:Store", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WhenTheFileIsNoDatabase_SaysSo()
    {
        var settings = Desk.Sqlite(_folder);
        await File.WriteAllTextAsync(
            settings["Management:Store:File"]!, string.Concat(Enumerable.Repeat("no database ", 1_000)), Token);

        var refused = await Assert.ThrowsAsync<ManagementStoreException>(() => Desk.OpenAsync(settings));

        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AfterADeathWhileMigrating_DoesNotWaitForTheDead()
    {
        await using (var desk = await Desk.OpenAsync(Desk.Sqlite(_folder)))
        await using (var db = desk.Door.Open())
        {
            await db.Database.ExecuteSqlRawAsync(
                """
                DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '%Second';
                ALTER TABLE tenants DROP COLUMN "WasSuspended";
                DROP INDEX "IX_audit_Tenant_Revision"; DROP INDEX "IX_audit_Actor_Revision";
                ALTER TABLE audit DROP COLUMN "Tenant";
                CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT OR IGNORE INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                """,
                Token);
        }

        await using var again = await Desk.OpenAsync(Desk.Sqlite(_folder)).WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Equal(0, (await again.Feed.DigestAsync(Edge, Token)).Entries);
    }

    [Fact]
    public async Task Change_WhenTheDiskIsFull_IsRefusedWholeAndWorksAgainWithRoom()
    {
        var disk = new SmallDisk();
        await using var desk = await Desk.OpenAsync(Desk.Sqlite(_folder), time: null, disk);
        await desk.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        var before = await desk.Feed.DigestAsync(Edge, Token);
        var many = Enumerable.Repeat(new NewTenant(new string('x', 200), "free"), 1_000).ToList();

        disk.IsFull = true;
        var refused = await Assert.ThrowsAsync<ManagementStoreException>(
            () => desk.Tenants.CreateAsync(Desk.Actor, many, Token));
        disk.IsFull = false;
        var after = await desk.Feed.DigestAsync(Edge, Token);
        var again = await desk.Tenants.CreateAsync(Desk.Actor, many, Token);

        Assert.Contains("make room", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.MayHaveHappened);
        Assert.Equal(before, after);
        Assert.Null(again.Refusal);
        Assert.Equal(1_001, (await desk.Feed.DigestAsync(Edge, Token)).Entries);
    }

    [Fact]
    public async Task Seal_ThatIsAnothers_IsToldByName()
    {
        var settings = Desk.Sqlite(_folder);
        await File.WriteAllTextAsync(settings["Management:Store:SealFile"]!, "not hexadecimal", Token);

        var refused = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await using var desk = await Desk.OpenAsync(settings);
            _ = desk.Extras;
        });

        Assert.Contains("SealFile", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_IsDurableAtEachCommit()
    {
        await using var desk = await Desk.OpenAsync(Desk.Sqlite(_folder));
        await using var db = desk.Door.Open();

        await db.Database.OpenConnectionAsync(Token);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        var synchronous = (long)(await command.ExecuteScalarAsync(Token))!;
        command.CommandText = "PRAGMA journal_mode";
        var journal = (string)(await command.ExecuteScalarAsync(Token))!;

        Assert.Equal((2, "wal"), (synchronous, journal));
    }

    /// <summary>Lets the file grow by no page while it is full.</summary>
    private sealed class SmallDisk : DbCommandInterceptor
    {
        private const long Plenty = 1_000_000;

        public bool IsFull { get; set; }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            Limit(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            Limit(command);
            return ValueTask.FromResult(result);
        }

        // SQLite holds it against what the file has already.
        private void Limit(DbCommand command)
        {
            using var limit = command.Connection!.CreateCommand();
            limit.Transaction = command.Transaction;
#pragma warning disable CA2100 // a constant and a number
            limit.CommandText = FormattableString.Invariant($"PRAGMA max_page_count = {(IsFull ? 1 : Plenty)}");
#pragma warning restore CA2100
            limit.ExecuteNonQuery();
        }
    }
}
