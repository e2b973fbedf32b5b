using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Engines;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>What the queue's nodes may do, while tickets go through it.</summary>
[Collection(nameof(RabbitTests))]
public sealed class RabbitFaultTests(SharedRabbit shared) : IAsyncLifetime
{
    private RabbitStore _store = null!;

    public async ValueTask InitializeAsync() => _store = new RabbitStore(await shared.ClusterAsync());

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Flow_WhenTheLeaderIsKilled_GoesOnWithoutLossInOrder()
    {
        await using var flow = await TicketFlow.StartAsync(_store);
        var leader = await LeaderAsync();

        await leader.KillAsync();
        await flow.PassesAsync(200);
        await leader.StartAsync(TestContext.Current.CancellationToken);

        await flow.AssertAllComeInOrderAsync();
    }

    [Fact]
    public async Task Flow_WhenTheLeaderHangsForFiveSeconds_GoesOnWithoutLossInOrder()
    {
        await using var flow = await TicketFlow.StartAsync(_store);
        var leader = await LeaderAsync();

        leader.Pause();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        leader.Resume();
        await flow.PassesAsync(200);

        await flow.AssertAllComeInOrderAsync();
    }

    [Fact]
    public async Task Flow_WhenTheLeaderGoesOnHanging_GoesOnWithoutIt()
    {
        await using var flow = await TicketFlow.StartAsync(_store);
        var leader = await LeaderAsync();

        leader.Pause();
        try
        {
            await flow.PassesAsync(100);
        }
        finally
        {
            leader.Resume();
        }

        await flow.PassesAsync(100);
        await flow.AssertAllComeInOrderAsync();
    }

    [Fact]
    public async Task Flow_WhenAFollowerIsKilled_GoesOnWithoutLossInOrder()
    {
        await using var flow = await TicketFlow.StartAsync(_store);
        var leader = await LeaderAsync();
        var follower = _store.Cluster.Nodes.First(node => node != leader);

        await follower.KillAsync();
        await flow.PassesAsync(200);
        await follower.StartAsync(TestContext.Current.CancellationToken);

        await flow.AssertAllComeInOrderAsync();
    }

    [Fact]
    public async Task Flow_WhenAMajorityIsKilled_WaitsAndGoesOnWhenItIsBack()
    {
        await using var flow = await TicketFlow.StartAsync(_store);
        var killed = _store.Cluster.Nodes.Take(2).ToList();

        foreach (var node in killed) await node.KillAsync();
        await Deadline.Until(() => !flow.IsHealthy, "the cell is told to be unhealthy");
        await Task.WhenAll(killed.Select(node => node.StartAsync(TestContext.Current.CancellationToken)));
        await flow.PassesAsync(200);

        await flow.AssertAllComeInOrderAsync();
    }

    [Fact]
    public async Task Stored_WhenAllNodesAreKilledAndRestarted_ComesInOrder()
    {
        var queue = _store.Queue();
        for (var number = 1; number <= 300; number++)
        {
            var ticket = NumberedTicket.Of(number, Lane.Bulk);
            var outcome = await queue.EnqueueAsync(ticket, CancellationToken.None).Within();
            Assert.Equal(EnqueueOutcome.Stored, outcome);
        }
        var ledger = _store.Ledger();
        var strike = PoisonStrike.Of(1);
        await ledger.StrikeAsync(strike, CancellationToken.None).Within();

        await Task.WhenAll(_store.Cluster.Nodes.Select(node => node.KillAsync()));
        await Deadline.Until(() => ledger.Behind is not null, "the ledger knows that it is behind");
        await Task.WhenAll(_store.Cluster.Nodes.Select(
            node => node.StartAsync(TestContext.Current.CancellationToken)));

        await using var consumer = new Consumer(queue, credit: 4);
        for (var number = 1; number <= 300; number++)
        {
            var lease = await consumer.NextAsync();
            Assert.Equal(number, lease.Ticket.Number());
            Assert.True(await lease.CompleteAsync());
        }
        await Deadline.Until(() => ledger.Behind is null, "the ledger follows again");
        var after = _store.Ledger();
        await Deadline.Until(() => after.Behind is null, "a new member has read all");
        Assert.Equal(ledger.List(), after.List());
        Assert.Equal(strike.Fingerprint, Assert.Single(after.List()).Fingerprint);
    }

    [Fact]
    public async Task Strike_WhenTheLogsLeaderIsKilled_IsCountedByAll()
    {
        var (one, other) = (_store.Ledger(), _store.Ledger());
        var strike = PoisonStrike.Of(1);
        await one.StrikeAsync(strike, CancellationToken.None).Within();
        var leader = await LeaderAsync("poison");

        await leader.KillAsync();
        var again = strike with { Id = PoisonStrike.Of(2).Id };
        var verdict = await one.StrikeAsync(again, CancellationToken.None).Within();

        Assert.Equal(PoisonVerdict.Quarantined, verdict);
        await Deadline.Until(
            () => other.List() is [{ IsQuarantined: true }] && other.Behind is null, "the other has heard of both");
        await leader.StartAsync(TestContext.Current.CancellationToken);
    }

    private async Task<RabbitNode> LeaderAsync(string queue = "0.interactive")
    {
        // A busy broker leaves out of its list what does not answer at once.
        var name = $"{_store.Options.QueuePrefix}.{queue}";
        RabbitNode? leader = null;
        for (var look = 0; look < 10 && leader is null; look++)
        {
            var list = await _store.Cluster.Nodes[0].ControlAsync("-q", "list_queues", "name", "leader");
            var line = list.Split('\n').FirstOrDefault(line => line.StartsWith(name + "\t", StringComparison.Ordinal));
            leader = _store.Cluster.Nodes.FirstOrDefault(node => node.Name == line?.Split('\t')[1].Trim());
        }
        return leader ?? throw new InvalidOperationException($"The brokers name no leader of {name}.");
    }
}
