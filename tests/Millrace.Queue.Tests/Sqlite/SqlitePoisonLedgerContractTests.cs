using Millrace.Contracts.Poison;
using Millrace.Core.Poison;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

public sealed class SqlitePoisonLedgerContractTests : PoisonLedgerContract
{
    private readonly QueueFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await _folder.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<IPoisonLedger> CreateAsync() => await _folder.OpenLedgerAsync();

    protected override async ValueTask<IPoisonLedger> ReopenAsync(IPoisonLedger ledger)
    {
        await ((SqlitePoisonLedger)ledger).DisposeAsync();
        return await _folder.OpenLedgerAsync();
    }
}
