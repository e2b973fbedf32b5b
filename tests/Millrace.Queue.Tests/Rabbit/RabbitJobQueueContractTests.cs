using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Tests.Rabbit;

[Collection(nameof(RabbitTests))]
public sealed class RabbitJobQueueContractTests(SharedRabbit shared) : JobQueueContract
{
    private RabbitStore? _store;

    // Each lane is sent ahead apart: the credit of quick tickets, and of slow ones what may be worked on of them.
    protected override int CreditBound(int credit) => credit + (2 * Math.Max(1, credit - 1));

    protected override int? SentAhead(Lane lane, int credit) =>
        lane == Lane.Interactive ? credit : Math.Max(1, credit - 1);

    // A broker tells its publishers that a queue is full; what was on the way until they heard it is stored.
    protected override int RoomBeyondLimit => 64;

    protected override async ValueTask<IJobQueue> CreateAsync(int ticketsMax)
    {
        _store = new RabbitStore(await shared.ClusterAsync());
        _store.Options = _store.Options with
        {
            InteractiveMax = ticketsMax,
            HeavyMax = ticketsMax,
            BulkMax = ticketsMax,
            WebhookMax = ticketsMax,
        };
        return _store.Queue();
    }

    protected override async ValueTask<IJobQueue> ReopenAsync(IJobQueue queue)
    {
        await ((IAsyncDisposable)queue).DisposeAsync();
        return _store!.Queue();
    }

    protected override ValueTask<IAsyncDisposable> StallAsync(IJobQueue queue)
    {
        foreach (var node in _store!.Cluster.Nodes) node.Pause();
        return ValueTask.FromResult<IAsyncDisposable>(new Resuming(_store));
    }

    public override ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Resuming(RabbitStore store) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            foreach (var node in store.Cluster.Nodes) node.Resume();
            return ValueTask.CompletedTask;
        }
    }
}
