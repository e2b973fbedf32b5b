using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Core.Poison;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>A folder with the embedded queue and ledger of one test; removed with what is open in it.</summary>
internal sealed class QueueFolder : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<IAsyncDisposable> _open = [];

    public QueueFolder()
    {
        Options = new SqliteQueueOptions
        {
            Folder = Directory.CreateTempSubdirectory("millrace-queue-").FullName,
            RetryDelay = TimeSpan.FromMilliseconds(50),
        };
    }

    public SqliteQueueOptions Options { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public string QueueFile => Path.Combine(Options.Folder, "queue.db");

    public string PoisonFile => Path.Combine(Options.Folder, "poison.db");

    public async Task<SqliteJobQueue> OpenQueueAsync()
    {
        var queue = new SqliteJobQueue(
            Microsoft.Extensions.Options.Options.Create(Options), new QueueMetrics(Meters), Time,
            NullLoggerFactory.Instance);
        _open.Add(queue);
        await queue.StartAsync(CancellationToken.None);
        return queue;
    }

    public async Task<SqlitePoisonLedger> OpenLedgerAsync()
    {
        var ledger = new SqlitePoisonLedger(
            Microsoft.Extensions.Options.Options.Create(Options), new PoisonRules(), Time,
            NullLogger<SqlitePoisonLedger>.Instance);
        _open.Add(ledger);
        await ledger.StartAsync(CancellationToken.None);
        return ledger;
    }

    /// <summary>A second connection to the queue's file, as an operator's tool has it.</summary>
    public static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    public static object? Execute(string path, string sql)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of a test
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open) await open.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(Options.Folder, recursive: true);
    }
}
