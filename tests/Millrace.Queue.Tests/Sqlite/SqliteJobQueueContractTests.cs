using Microsoft.Data.Sqlite;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

public sealed class SqliteJobQueueContractTests : JobQueueContract
{
    private readonly QueueFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await _folder.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<IJobQueue> CreateAsync(int ticketsMax = Plenty)
    {
        _folder.Options = _folder.Options with { MemoryTicketsMax = ticketsMax, DiskTicketsMax = ticketsMax };
        return await _folder.OpenQueueAsync();
    }

    protected override async ValueTask<IJobQueue> ReopenAsync(IJobQueue queue)
    {
        await ((SqliteJobQueue)queue).DisposeAsync();
        return await _folder.OpenQueueAsync();
    }

    protected override async ValueTask<IAsyncDisposable> StallAsync(IJobQueue queue)
    {
        var connection = QueueFolder.Connect(_folder.QueueFile);
        var transaction = await connection.BeginTransactionAsync();
        return new Stall(connection, (SqliteTransaction)transaction);
    }

    /// <summary>Another holds the file's write lock.</summary>
    private sealed class Stall(SqliteConnection connection, SqliteTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
