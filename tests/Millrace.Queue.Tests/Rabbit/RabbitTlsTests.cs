using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit;

namespace Millrace.Queue.Tests.Rabbit;

[Collection(nameof(RabbitTests))]
public sealed class RabbitTlsTests(SharedRabbit shared) : IAsyncLifetime
{
    private RabbitStore _store = null!;
    private TlsDoor _door = null!;

    public async ValueTask InitializeAsync()
    {
        _store = new RabbitStore(await shared.ClusterAsync());
        _door = new TlsDoor(_store.Cluster.Nodes[0].Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _door.DisposeAsync();
    }

    [Fact]
    public async Task Enqueue_WhenBothSidesShowWhatIsAskedFor_IsStored()
    {
        var queue = _store.Queue(options: Options());

        var outcome = await queue.EnqueueAsync(NumberedTicket.Of(1), CancellationToken.None).Within();

        Assert.Equal(EnqueueOutcome.Stored, outcome);
    }

    [Fact]
    public async Task Broker_WhenTheCertificateIsOfAnotherName_SaysThatTlsFails()
    {
        var broker = _store.Broker(Options() with { ServerName = "another.test" });

        await Deadline.Until(
            () => broker.Unavailable?.Contains("TLS fails", StringComparison.Ordinal) == true, "TLS is named");
    }

    [Fact]
    public async Task Broker_WhenTheAuthorityIsNotOurs_SaysThatTlsFails()
    {
        var broker = _store.Broker(Options() with { CaFile = null });

        await Deadline.Until(
            () => broker.Unavailable?.Contains("TLS fails", StringComparison.Ordinal) == true, "TLS is named");
    }

    private RabbitQueueOptions Options() => _store.Options with
    {
        Nodes = [_door.Address],
        CaFile = _door.CaFile,
        ClientCertificateFile = _door.CertificateFile,
        ClientKeyFile = _door.KeyFile,
        ServerName = "broker.test",
    };
}
