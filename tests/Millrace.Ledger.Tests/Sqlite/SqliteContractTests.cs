using Millrace.Contracts.Usage;

namespace Millrace.Ledger.Tests.Sqlite;

/// <summary>The contract of the embedded ledger.</summary>
public sealed class SqliteContractTests : UsageLedgerContract
{
    private readonly List<SqliteFolder> _folders = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var folder in _folders) await folder.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<OpenLedger> CreateAsync()
    {
        var folder = new SqliteFolder();
        _folders.Add(folder);
        return await folder.OpenBothAsync();
    }
}
