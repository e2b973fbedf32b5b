using Millrace.Contracts.Usage;
using Millrace.Ledger.Dynamo;

namespace Millrace.Ledger.Tests.Dynamo;

/// <summary>The contract of the ledger past one machine, on dynalite.</summary>
public sealed class DynamoContractTests(SharedDynalite dynalite) : UsageLedgerContract
{
    private readonly List<DynamoLedger> _open = [];

    public override ValueTask DisposeAsync()
    {
        _open.ForEach(ledger => ledger.Dispose());
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<OpenLedger> CreateAsync()
    {
        var ledger = SharedDynalite.Open(await dynalite.OptionsAsync());
        _open.Add(ledger);

        // Reading makes no table.
        Assert.Null(await ledger.CheckAsync(CancellationToken.None));
        return new OpenLedger(ledger, ledger);
    }
}
