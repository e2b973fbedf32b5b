using System.Globalization;
using Microsoft.Data.Sqlite;
using Millrace.Contracts;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>When the writer waits for the disk.</summary>
public sealed class GroupCommitTests : IDisposable
{
    // What SQLite's "synchronous" reads when each commit waits for the disk, and when none does.
    private const long Full = 2;
    private const long Normal = 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-commit-").FullName;
    private readonly SqliteConnection _connection;

    public GroupCommitTests()
    {
        _connection = QueueFolder.Connect(Path.Combine(_folder, "commit.db"));
        SqliteFile.Execute(_connection, "PRAGMA journal_mode = WAL");
        SqliteFile.Execute(_connection, "CREATE TABLE noted (number INTEGER)");
    }

    public void Dispose()
    {
        _connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Do_OfWhatMustOutliveThePower_WaitsForTheDiskAndTheOthersDoNot()
    {
        await using var writer = new GroupCommit(_connection);
        bool[] works = [false, true, false, true, true];
        foreach (var isSynced in works)
        {
            var level = await writer.DoAsync(Note(isSynced), CancellationToken.None).Within();
            Assert.Equal(isSynced ? Full : Normal, level);
        }
    }

    [Fact]
    public async Task Do_OfBothInOneTransaction_WaitsForTheDisk()
    {
        await using var writer = new GroupCommit(_connection);
        using var hold = new ManualResetEventSlim();
        var begun = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = writer.DoAsync(Held(begun, hold), CancellationToken.None);
        await begun.Task.Within();
        bool[] works = [false, true, false];
        var together = works
            .Select(isSynced => writer.DoAsync(Note(isSynced), CancellationToken.None)).ToList();
        hold.Set();

        Assert.Equal(Normal, await first.Within());
        Assert.All(await Task.WhenAll(together).Within(), level => Assert.Equal(Full, level));
    }

    private DiskWork<long> Note(bool isSynced) => new(Level, _ => { }, takesRoom: false) { IsSynced = isSynced };

    private DiskWork<long> Held(TaskCompletionSource<bool> begun, ManualResetEventSlim hold) => new(
        () =>
        {
            begun.TrySetResult(true);
            Assert.True(hold.Wait(Deadline.Limit));
            return Level();
        },
        _ => { },
        takesRoom: false)
    {
        IsSynced = false,
    };

    // Asked within the transaction, in which it cannot be changed any more.
    private long Level()
    {
        SqliteFile.Execute(_connection, "INSERT INTO noted VALUES (1)");
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
