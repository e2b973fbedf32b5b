using System.Collections.Concurrent;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Engines;
using Millrace.Queue.Rabbit;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>
/// A node runs on and its copy of a queue is dead, as after a full disk: the queue's leader leaves it to that copy to
/// send what it hands out to the node's consumers, and nobody does.
/// </summary>
[Collection(nameof(RabbitTests))]
public sealed class DeadCopyTests(SharedRabbit shared) : IAsyncLifetime
{
    // Enough that some begin at the node, wherever chance has them begin.
    private const int Consumers = 5;

    private readonly ConcurrentDictionary<int, bool> _seen = new();
    private readonly List<Consumer> _consumers = [];
    private RabbitStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = new RabbitStore(await shared.ClusterAsync());
        _store.Options = _store.Options with { SilenceMax = TimeSpan.FromSeconds(2) };
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public Task Tickets_ThatAreMoreThanTheNodeSwallows_ComeOverOthers() => WithDeadCopyAsync(async queue =>
    {
        const int tickets = 60;
        for (var number = 1; number <= tickets; number++) await EnqueueAsync(queue, number);

        await Deadline.Until(() => _seen.Count == tickets, $"all {tickets} come, of which {_seen.Count} have");
    });

    [Fact]
    public Task Tickets_ThatComeOneByOneAndAreSwallowed_ComeOverOthers() => WithDeadCopyAsync(async queue =>
    {
        for (var number = 1; number <= 6; number++)
        {
            await EnqueueAsync(queue, number);
            await Deadline.Until(() => _seen.ContainsKey(number), $"ticket {number} comes");
        }
    });

    private async Task WithDeadCopyAsync(Func<RabbitJobQueue, Task> act)
    {
        var queue = _store.Queue();
        var name = $"{_store.Options.QueuePrefix}.0.interactive";
        await Deadline.UntilAsync(async () => (await LeadersAsync()).ContainsKey(name), "the queue is there");
        var leader = (await LeadersAsync())[name];
        var node = _store.Cluster.Nodes.First(node => node.Name != leader);
        await EvaluateAsync(node, "stop_server", name);
        _consumers.AddRange(Enumerable.Range(0, Consumers).Select(_ => new Consumer(_store.Queue(), credit: 2)));
        var taking = _consumers.Select(consumer => consumer.HoldAllAsync(Take)).ToList();
        try
        {
            await act(queue);
        }
        finally
        {
            await EvaluateAsync(node, "restart_server", name);
            foreach (var consumer in _consumers) await consumer.StopAsync();
            await Task.WhenAll(taking);
            foreach (var consumer in _consumers) await consumer.DisposeAsync();
        }
    }

    private static async Task EnqueueAsync(RabbitJobQueue queue, int number) => Assert.Equal(
        EnqueueOutcome.Stored,
        await queue.EnqueueAsync(NumberedTicket.Of(number), CancellationToken.None).Within());

    private static Task<string> EvaluateAsync(RabbitNode node, string what, string queue) =>
        node.ControlAsync("eval", $"ra:{what}(quorum_queues, {{'%2F_{queue}', node()}}).");

    private void Take(ILease lease)
    {
        _seen[lease.Ticket.Number()] = true;
        _ = lease.CompleteAsync().AsTask();
    }

    private async Task<Dictionary<string, string>> LeadersAsync()
    {
        var list = await _store.Cluster.Nodes[0].ControlAsync("-q", "list_queues", "name", "leader");
        return list.Split('\n').Select(line => line.Split('\t')).Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
    }
}
