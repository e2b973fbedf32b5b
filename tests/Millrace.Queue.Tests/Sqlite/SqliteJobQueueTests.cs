using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>What the embedded queue does besides the contract.</summary>
public sealed class SqliteJobQueueTests : IAsyncDisposable
{
    private readonly QueueFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Start_WhenAnotherHoldsTheFolder_SaysWhatToDo()
    {
        await _folder.OpenQueueAsync();

        var refused = await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenQueueAsync);

        Assert.Contains("Another process uses " + _folder.Options.Folder, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Stop it, or give this one a folder", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Lane.Bulk)]
    [InlineData(Lane.Webhook)]
    public async Task Enqueue_OfALaneOnDisk_WaitsForTheDiskAndLeaseAndCompletionDoNot(Lane lane)
    {
        var queue = await _folder.OpenQueueAsync();
        await using var consumer = new Consumer(queue, credit: 1, [lane]);
        for (var round = 0; round < 2; round++)
        {
            await EnqueueAsync(queue, 1, lane);
            Assert.True(queue.WasSynced);
            var lease = await consumer.NextAsync();
            Assert.False(queue.WasSynced);
            Assert.True(await lease.CompleteAsync());
            Assert.False(queue.WasSynced);
        }
    }

    [Fact]
    public async Task Start_WhenTheFileIsOfANewerBuild_SaysWhatToDoAndLeavesIt()
    {
        await (await _folder.OpenQueueAsync()).DisposeAsync();
        QueueFolder.Execute(_folder.QueueFile, "PRAGMA user_version = 2");

        var refused = await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenQueueAsync);

        Assert.Contains("layout is version 2, this build knows 1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2L, QueueFolder.Execute(_folder.QueueFile, "PRAGMA user_version"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task Start_WhenTheFileIsDamaged_SaysWhatToDo(int fromByte)
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 100, Lane.Bulk);
        await queue.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.QueueFile, CancellationToken.None);
        Array.Fill(bytes, (byte)0x5A, fromByte, bytes.Length - fromByte);
        await File.WriteAllBytesAsync(_folder.QueueFile, bytes, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenQueueAsync);

        Assert.Contains("queue.db is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Contains("queue.db-wal", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenQueueAsync);
    }

    [Fact]
    public async Task Start_WhenTheFolderCannotBeMade_SaysWhich()
    {
        var file = Path.Combine(_folder.Options.Folder, "file");
        await File.WriteAllTextAsync(file, "", CancellationToken.None);
        var folder = _folder.Options.Folder;
        _folder.Options = _folder.Options with { Folder = Path.Combine(file, "queue") };

        var refused = await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenQueueAsync);

        Assert.Contains(Path.Combine(file, "queue"), refused.Message, StringComparison.Ordinal);
        _folder.Options = _folder.Options with { Folder = folder };
    }

    [Fact]
    public async Task Reopen_WithTicketsInMemory_HasThemNoMore()
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 3, Lane.Interactive);
        await EnqueueAsync(queue, 2, Lane.Webhook);
        await queue.DisposeAsync();

        queue = await _folder.OpenQueueAsync();

        Assert.Equal([0L, 0L, 0L, 2L], queue.Health[0].Lanes.Select(lane => lane.Depth));
    }

    [Fact]
    public async Task Enqueue_WhenTheFileIsFull_SaysSoAndTakesMoreOnceThereIsRoom()
    {
        _folder.Options = _folder.Options with { FileBytesMax = 1 << 20 };
        var queue = await _folder.OpenQueueAsync();
        var stored = 0;
        IOException? refused = null;
        while (refused is null)
        {
            refused = await TryEnqueueAsync(queue, stored + 1);
            if (refused is null) stored++;
        }

        Assert.Contains("is not stored", refused.Message, StringComparison.Ordinal);
        Assert.False(queue.Health[0].IsHealthy);
        Assert.Contains("full", queue.Health[0].Reason, StringComparison.Ordinal);
        await using var consumer = new Consumer(queue, credit: 3);
        for (var number = 1; number <= 200; number++)
        {
            var lease = await consumer.NextAsync();
            Assert.Equal(number, lease.Ticket.Number());
            Assert.True(await lease.CompleteAsync());
        }
        Assert.Null(await TryEnqueueAsync(queue, 100_000));
        Assert.Equal((true, stored - 199L), (queue.Health[0].IsHealthy, queue.Health[0].Lanes[2].Depth));
    }

    [Fact]
    public async Task Enqueue_WhenTheFileIsFull_LeavesTheLanesInMemoryOpen()
    {
        _folder.Options = _folder.Options with { FileBytesMax = 1 << 20 };
        var queue = await _folder.OpenQueueAsync();
        for (var number = 1; await TryEnqueueAsync(queue, number) is null; number++) Assert.InRange(number, 0, 10_000);

        await EnqueueAsync(queue, 1, Lane.Interactive);

        await using var consumer = new Consumer(queue, credit: 3);
        Assert.True(await (await consumer.NextAsync()).CompleteAsync());
    }

    [Fact]
    public async Task Lease_WhenATicketCannotBeRead_ParksItAndGoesOn()
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 2, Lane.Bulk);
        await queue.DisposeAsync();
        QueueFolder.Execute(_folder.QueueFile, "UPDATE tickets SET body = CAST('garbage' AS BLOB) WHERE seq = 1");
        QueueFolder.Execute(
            _folder.QueueFile, "INSERT INTO tickets SELECT 0, 9, deliveries, enqueued_ms, body FROM tickets LIMIT 1");
        queue = await _folder.OpenQueueAsync();
        await using var consumer = new Consumer(queue, credit: 1);

        var lease = await consumer.NextAsync();

        Assert.Equal(2, lease.Ticket.Number());
        Assert.Equal(
            "Its lane is none that this build keeps on disk.|It is no ticket",
            $"{Parked(1)}|{Parked(2)[..15]}");
        Assert.Equal(
            "garbage", QueueFolder.Execute(_folder.QueueFile, "SELECT CAST(body AS TEXT) FROM parked LIMIT 1"));
    }

    [Fact]
    public async Task Lease_WhenTheLeaseCannotBeWritten_ComesAfterTheRetryDelay()
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 1, Lane.Bulk);
        QueueFolder.Execute(_folder.QueueFile, """
            CREATE TRIGGER broken BEFORE UPDATE ON tickets BEGIN SELECT RAISE(ABORT, 'broken'); END
            """);
        await using var consumer = new Consumer(queue, credit: 1);
        consumer.Ask();
        await Deadline.Until(() => !queue.Health[0].IsHealthy, "the lease has failed");

        QueueFolder.Execute(_folder.QueueFile, "DROP TRIGGER broken");
        var lease = await consumer.NextAsync();

        Assert.Equal(1, lease.Deliveries);
        Assert.True(queue.Health[0].IsHealthy);
    }

    [Fact]
    public async Task Complete_WhenItCannotBeWritten_SaysSoAndTheTicketComesAgain()
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 1, Lane.Bulk);
        await using var consumer = new Consumer(queue, credit: 1);
        var lease = await consumer.NextAsync();
        QueueFolder.Execute(_folder.QueueFile, """
            CREATE TRIGGER broken BEFORE DELETE ON tickets BEGIN SELECT RAISE(ABORT, 'broken'); END
            """);

        await Assert.ThrowsAsync<IOException>(() => lease.CompleteAsync().AsTask());
        QueueFolder.Execute(_folder.QueueFile, "DROP TRIGGER broken");
        var again = await consumer.NextAsync();

        Assert.Equal(2, again.Deliveries);
        Assert.True(await again.CompleteAsync());
    }

    [Fact]
    public async Task Release_WithADelay_ComesWhenTheClockSays()
    {
        var time = new FakeTimeProvider();
        _folder.Time = time;
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 2, Lane.Interactive);
        await using var consumer = new Consumer(queue, credit: 2);
        await (await consumer.NextAsync()).ReleaseAsync(TimeSpan.FromMinutes(5));
        var behind = await consumer.NextAsync();
        consumer.Ask();

        Assert.Equal(1, queue.Health[0].Lanes[0].Depth);
        time.Advance(TimeSpan.FromMinutes(5));
        var again = await consumer.NextAsync();

        Assert.Equal((2, 1), (behind.Ticket.Number(), again.Ticket.Number()));
    }

    [Fact]
    public async Task Health_AfterARestart_CountsTheAgeFromTheEnqueue()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        _folder.Time = time;
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 1, Lane.Bulk);
        await queue.DisposeAsync();
        time.Advance(TimeSpan.FromHours(2));

        queue = await _folder.OpenQueueAsync();
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromHours(3), queue.Health[0].Lanes[2].OldestAge);
    }

    [Fact]
    public async Task Complete_Twice_IsAFaultOfTheCaller()
    {
        var queue = await _folder.OpenQueueAsync();
        await EnqueueAsync(queue, 1, Lane.Interactive);
        await using var consumer = new Consumer(queue, credit: 2);
        var lease = await consumer.NextAsync();
        await lease.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => lease.CompleteAsync().AsTask());
    }

    [Fact]
    public async Task Enqueue_BeforeOrAfterTheQueueIsOpen_Throws()
    {
        var queue = await _folder.OpenQueueAsync();
        await queue.DisposeAsync();

        foreach (var lane in Lanes.All)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => EnqueueAsync(queue, 1, lane));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.EnqueueAsync(
            NumberedTicket.Of(1) with { Cell = 1 }, CancellationToken.None));
    }

    [Fact]
    public async Task Dispose_WhileAStreamAsks_EndsIt()
    {
        var queue = await _folder.OpenQueueAsync();
        var stream = queue.LeaseAsync(Lanes.Images, new LeaseCredit(1), CancellationToken.None)
            .GetAsyncEnumerator(CancellationToken.None);
        var asking = stream.MoveNextAsync().AsTask();

        await queue.DisposeAsync();

        Assert.False(await asking.Within());
        await stream.DisposeAsync();
    }

    private string Parked(int id) =>
        (string)QueueFolder.Execute(_folder.QueueFile, $"SELECT reason FROM parked WHERE id = {id}")!;

    private static async Task EnqueueAsync(SqliteJobQueue queue, int count, Lane lane)
    {
        for (var number = 1; number <= count; number++)
        {
            var outcome = await queue.EnqueueAsync(NumberedTicket.Of(number, lane), CancellationToken.None).Within();
            Assert.Equal(EnqueueOutcome.Stored, outcome);
        }
    }

    private static async Task<IOException?> TryEnqueueAsync(SqliteJobQueue queue, int number)
    {
        try
        {
            await queue.EnqueueAsync(NumberedTicket.Of(number, Lane.Bulk), CancellationToken.None).Within();
            return null;
        }
        catch (IOException exception)
        {
            return exception;
        }
    }
}
