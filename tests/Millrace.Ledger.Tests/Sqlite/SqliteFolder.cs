using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Usage;
using Millrace.Ledger.Sqlite;

namespace Millrace.Ledger.Tests.Sqlite;

/// <summary>A folder with a ledger, closed and removed at the end.</summary>
internal sealed class SqliteFolder : IAsyncDisposable
{
    private readonly List<SqliteLedger> _open = [];

    public string Path { get; } = Directory.CreateTempSubdirectory("millrace-ledger-").FullName;

    public LedgerHealth Health { get; } = new();

    public async Task<SqliteLedger> OpenAsync(SqliteLedgerOptions? options = null, TimeProvider? time = null)
    {
        var ledger = Unopened(options, time);
        _open.Add(ledger);
        await ledger.StartAsync(CancellationToken.None);
        return ledger;
    }

    public SqliteLedger Unopened(SqliteLedgerOptions? options = null, TimeProvider? time = null) => new(
        Options.Create((options ?? new()) with { Folder = Path }), Health, time ?? new Then(),
        NullLogger<SqliteLedger>.Instance);

    public async Task<OpenLedger> OpenBothAsync()
    {
        var ledger = await OpenAsync();
        return new OpenLedger(ledger, ledger);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in _open) await ledger.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>When the suites' usage happened, so that none of it is too old to be kept.</summary>
    private sealed class Then : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2027, 1, 1, 12, 0, 0, TimeSpan.Zero);
    }
}
