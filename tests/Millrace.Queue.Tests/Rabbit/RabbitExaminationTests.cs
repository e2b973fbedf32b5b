using Millrace.Queue.Rabbit;
using ToOptions = Microsoft.Extensions.Options.Options;

namespace Millrace.Queue.Tests.Rabbit;

[Collection(nameof(RabbitTests))]
public sealed class RabbitExaminationTests(SharedRabbit shared) : IAsyncLifetime
{
    private RabbitStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = new RabbitStore(await shared.ClusterAsync());

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Nodes_OfWhichOneIsNotThere_AreToldOneByOne()
    {
        var options = _store.Options with { Nodes = [.. _store.Options.Nodes, new Uri("amqp://127.0.0.1:1")] };

        var nodes = await new RabbitExamination(ToOptions.Create(options)).NodesAsync(Token);

        Assert.Equal(4, nodes.Count);
        Assert.All(nodes.Take(3), node => Assert.Null(node.Trouble));
        Assert.All(nodes.Take(3), node => Assert.StartsWith("RabbitMQ ", node.Server, StringComparison.Ordinal));
        Assert.NotNull(nodes[3].Trouble);
    }

    [Fact]
    public async Task Nodes_ThatRefuseThePassword_SayThat()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "wrong", Token);

        var nodes = await new RabbitExamination(
            ToOptions.Create(_store.Options with { PasswordFile = file })).NodesAsync(Token);
        File.Delete(file);

        Assert.All(nodes, node => Assert.Contains("refuses the user or the password", node.Trouble));
    }

    [Fact]
    public async Task Queues_OfWhichOneHasOtherSettings_NameItAndSayWhatToDo()
    {
        // Told of, so that it is removed at the end.
        _store.Broker();
        var examination = new RabbitExamination(ToOptions.Create(_store.Options));
        var (fit, none) = await examination.QueuesAsync(Token);
        Assert.Empty(none);

        var (fewer, misfits) = await new RabbitExamination(
            ToOptions.Create(_store.Options with { BulkMax = _store.Options.BulkMax - 1 })).QueuesAsync(Token);

        Assert.Equal((6, 5), (fit, fewer));
        var misfit = Assert.Single(misfits);
        Assert.Contains(".0.bulk' exists and is another", misfit, StringComparison.Ordinal);
        Assert.Contains("delete_queue", misfit, StringComparison.Ordinal);
    }
}
