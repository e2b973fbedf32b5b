using System.Text;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit;
using RabbitMQ.Client;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>What operators and strangers do to the broker.</summary>
[Collection(nameof(RabbitTests))]
public sealed class RabbitBadInputTests(SharedRabbit shared) : IAsyncLifetime
{
    private RabbitStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = new RabbitStore(await shared.ClusterAsync());

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("garbage", "no ticket")]
    [InlineData("""{"v":2}""", "version is 2")]
    public async Task Lease_WhenAMessageIsNoTicket_ParksItWithItsReasonAndGoesOn(string text, string reason)
    {
        var queue = _store.Queue();
        await EnqueueAsync(queue, 1);
        await using var connection = await _store.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Token);
        await channel.BasicPublishAsync("", Name("interactive"), Encoding.UTF8.GetBytes(text), Token);
        await EnqueueAsync(queue, 2);

        await using var consumer = new Consumer(queue, credit: 1);
        var first = await consumer.NextAsync();
        await first.CompleteAsync();
        var second = await consumer.NextAsync();

        Assert.Equal((1, 2), (first.Ticket.Number(), second.Ticket.Number()));
        var parked = await channel.BasicGetAsync($"{_store.Options.QueuePrefix}.dead", autoAck: true, Token);
        Assert.Equal(text, Encoding.UTF8.GetString(parked!.Body.Span));
        var said = Encoding.UTF8.GetString((byte[])parked.BasicProperties.Headers!["x-millrace-reason"]!);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.StartsWith(Name("interactive"), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_WhenATicketWasHandedOutTooOften_ParksItWithItsReasonAndGoesOn()
    {
        _store.Options = _store.Options with { DeliveryLimit = 5 };
        var queue = _store.Queue();
        await EnqueueAsync(queue, 1);
        await EnqueueAsync(queue, 2);

        await using var consumer = new Consumer(queue, credit: 1);
        for (var delivery = 1; delivery <= 5; delivery++)
        {
            var lease = await consumer.NextAsync();
            Assert.Equal((1, delivery), (lease.Ticket.Number(), lease.Deliveries));
            await lease.ReleaseAsync(TimeSpan.Zero);
        }

        Assert.Equal(2, (await consumer.NextAsync()).Ticket.Number());
        await using var connection = await _store.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var parked = await channel.BasicGetAsync($"{_store.Options.QueuePrefix}.dead", autoAck: true, Token);
        var said = Encoding.UTF8.GetString((byte[])parked!.BasicProperties.Headers!["x-millrace-reason"]!);
        Assert.Contains("handed out 5 times", said, StringComparison.Ordinal);
        Assert.Equal(1, TicketText.Read(parked.Body.Span).Ticket!.Number());
    }

    [Fact]
    public async Task Broker_WhenAQueueIsOfAnotherType_NamesItAndSaysWhatToDoUntilItIsGone()
    {
        await using var connection = await _store.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await channel.QueueDeclareAsync(
            Name("bulk"), durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        var broker = _store.Broker();
        var queue = _store.Queue(broker);

        await Deadline.Until(
            () => broker.Unavailable?.Contains(Name("bulk"), StringComparison.Ordinal) == true, "the queue is named");
        Assert.Contains($"rabbitmqctl delete_queue {Name("bulk")}", broker.Unavailable, StringComparison.Ordinal);
        await channel.QueueDeleteAsync(Name("bulk"), cancellationToken: Token);

        await EnqueueAsync(queue, 1);
        Assert.Null(broker.Unavailable);
    }

    [Fact]
    public async Task Broker_WhenAQueueHasAnotherLength_NamesIt()
    {
        var before = _store.Broker();
        await Deadline.Until(() => before.Unavailable is null, "the queues are made");

        var other = _store.Broker(_store.Options with { HeavyMax = _store.Options.HeavyMax + 1 });

        await Deadline.Until(
            () => other.Unavailable?.Contains(Name("heavy"), StringComparison.Ordinal) == true, "the queue is named");
        Assert.Contains("x-max-length", other.Unavailable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_WhenThePasswordIsWrong_SaysSoWithoutIt()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "not-the-password", Token);

        var broker = _store.Broker(_store.Options with { PasswordFile = file });

        await Deadline.Until(
            () => broker.Unavailable?.Contains("refuses the user or the password", StringComparison.Ordinal) == true,
            $"the reason is told, not: {broker.Unavailable}");
        Assert.DoesNotContain("not-the-password", broker.Unavailable, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Queue_WhenNoNodeIsThereAtFirst_WaitsAndBeginsWhenThereIs()
    {
        var nodes = _store.Cluster.Nodes;
        await Task.WhenAll(nodes.Select(node => node.KillAsync()));
        var broker = _store.Broker();
        var queue = _store.Queue(broker);
        await using var consumer = new Consumer(queue, credit: 1);
        var enqueuing = queue.EnqueueAsync(NumberedTicket.Of(1), CancellationToken.None);
        await Deadline.Until(
            () => nodes.All(node => broker.Unavailable?.Contains($"{node.Port}", StringComparison.Ordinal) == true),
            "every node is named");
        Assert.False(queue.Health[0].IsHealthy);

        await Task.WhenAll(nodes.Select(node => node.StartAsync(Token)));

        Assert.Equal(EnqueueOutcome.Stored, await enqueuing.Within());
        Assert.Equal(1, (await consumer.NextAsync()).Ticket.Number());
    }

    [Fact]
    public async Task Enqueue_WhenEveryNodeIsShortOfMemory_IsRefusedUntilItIsNot()
    {
        var broker = _store.Broker();
        var queue = _store.Queue(broker);
        await EnqueueAsync(queue, 1);

        await SetMemoryAsync("0.00001");
        try
        {
            await UntilRefusedAsync(queue);
            Assert.Contains("lack of memory or disk", broker.Unavailable, StringComparison.Ordinal);
            await using var consumer = new Consumer(queue, credit: 1);
            var first = await consumer.NextAsync();
            Assert.Equal(1, first.Ticket.Number());
            Assert.True(await first.CompleteAsync());
        }
        finally
        {
            await SetMemoryAsync("0.4");
        }

        await Deadline.Until(() => broker.Unavailable is null, "it takes tickets again");
        await EnqueueAsync(queue, 1000);
    }

    // A node says that it takes nothing only when something is published: what was on the way then stays uncertain.
    private static async Task UntilRefusedAsync(RabbitJobQueue queue)
    {
        var patience = TimeSpan.FromSeconds(2);
        for (var number = 2; number < 50; number++)
        {
            using var limit = new CancellationTokenSource(patience);
            try
            {
                var outcome = await queue.EnqueueAsync(NumberedTicket.Of(number), limit.Token);
                if (outcome == EnqueueOutcome.Full) return;
            }
            catch (OperationCanceledException)
            {
                // The next is told.
            }
        }
        Assert.Fail("No ticket was refused.");
    }

    private Task<string[]> SetMemoryAsync(string share) => Task.WhenAll(
        _store.Cluster.Nodes.Select(node => node.ControlAsync("set_vm_memory_high_watermark", share)));

    private static async Task EnqueueAsync(RabbitJobQueue queue, int number) => Assert.Equal(
        EnqueueOutcome.Stored, await queue.EnqueueAsync(NumberedTicket.Of(number), CancellationToken.None).Within());

    private string Name(string lane) => $"{_store.Options.QueuePrefix}.0.{lane}";
}
