using Millrace.Contracts.Poison;
using Millrace.Core.Poison;

namespace Millrace.Queue.Tests.Rabbit;

[Collection(nameof(RabbitTests))]
public sealed class RabbitPoisonLedgerContractTests(SharedRabbit shared) : SharedPoisonLedgerContract
{
    private RabbitStore? _store;

    protected override async ValueTask<IPoisonLedger> CreateAsync()
    {
        _store = new RabbitStore(await shared.ClusterAsync());
        return _store.Ledger();
    }

    protected override async ValueTask<IPoisonLedger> ReopenAsync(IPoisonLedger ledger)
    {
        await ((IAsyncDisposable)ledger).DisposeAsync();
        return _store!.Ledger();
    }

    protected override ValueTask<IPoisonLedger> JoinAsync(IPoisonLedger ledger) =>
        ValueTask.FromResult<IPoisonLedger>(_store!.Ledger());

    public override ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;
}
