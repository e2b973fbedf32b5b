using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Core.Poison;
using Millrace.Engines;
using Millrace.Queue.Rabbit;
using Millrace.Queue.Rabbit.Links;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using ToOptions = Microsoft.Extensions.Options.Options;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>Queues of its own on the shared cluster, and members that use them; removed at the end.</summary>
internal sealed class RabbitStore : IAsyncDisposable
{
    private static readonly TimeSpan TidyLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TidyPause = TimeSpan.FromMilliseconds(100);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly string _passwordFile = Path.GetTempFileName();
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<RabbitQueueOptions> _used = [];

    public RabbitStore(RabbitCluster cluster)
    {
        Cluster = cluster;
        var secret = cluster.Nodes[0].Address.UserInfo.Split(':');
        var userFile = _passwordFile + ".user";
        File.WriteAllText(userFile, secret[0]);
        File.WriteAllText(_passwordFile, secret[1] + "\n");
        Options = new RabbitQueueOptions
        {
            Nodes = [.. cluster.Nodes.Select(node => new Uri($"amqp://127.0.0.1:{node.Port}"))],
            UserFile = userFile,
            PasswordFile = _passwordFile,
            QueuePrefix = "t" + RandomNumberGenerator.GetHexString(8, lowercase: true),
            Cells = 1,
            ReconnectMax = TimeSpan.FromMilliseconds(500),
            HealthInterval = TimeSpan.FromMilliseconds(100),
        };
    }

    public RabbitCluster Cluster { get; }

    /// <summary>What members get unless told otherwise.</summary>
    public RabbitQueueOptions Options { get; set; }

    /// <summary>A broker, as each process has one.</summary>
    public RabbitBroker Broker(RabbitQueueOptions? options = null)
    {
        var used = options ?? Options;
        _used.Add(used);
        var broker = new RabbitBroker(
            ToOptions.Create(used),
            new RabbitMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System,
            new Random(_open.Count), NullLogger<RabbitBroker>.Instance);
        broker.Start();
        _open.Add(broker);
        return broker;
    }

    /// <summary>A queue with a broker of its own.</summary>
    public RabbitJobQueue Queue(RabbitBroker? broker = null, RabbitQueueOptions? options = null)
    {
        var queue = new RabbitJobQueue(
            ToOptions.Create(options ?? Options), broker ?? Broker(options),
            new QueueMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System,
            new Random(_open.Count), NullLoggerFactory.Instance);
        _open.Add(queue);
        return queue;
    }

    /// <summary>A ledger with a broker of its own.</summary>
    public RabbitPoisonLedger Ledger()
    {
        var ledger = new RabbitPoisonLedger(
            ToOptions.Create(Options), Broker(), new PoisonRules(), TimeProvider.System,
            NullLogger<RabbitPoisonLedger>.Instance);
        _open.Add(ledger);
        return ledger;
    }

    /// <summary>The options as a configuration file has them.</summary>
    public Dictionary<string, string?> Settings()
    {
        _used.Add(Options);
        var settings = new Dictionary<string, string?>
        {
            ["Queue:Rabbit:UserFile"] = Options.UserFile,
            ["Queue:Rabbit:PasswordFile"] = Options.PasswordFile,
            ["Queue:Rabbit:QueuePrefix"] = Options.QueuePrefix,
            ["Queue:Rabbit:Cells"] = "1",
        };
        foreach (var (index, node) in Options.Nodes.Index()) settings[$"Queue:Rabbit:Nodes:{index}"] = node.ToString();
        return settings;
    }

    /// <summary>A plain connection, for what an operator or a stranger does by hand.</summary>
    public Task<IConnection> ConnectAsync() => new ConnectionFactory
    {
        Uri = Cluster.Nodes[0].Address,
        AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        var wasHarmed = Cluster.IsHarmed;
        await Cluster.MendAsync();
        foreach (var open in Enumerable.Reverse(_open)) await open.DisposeAsync();
        if (Cluster.Broken is null) await TidyAsync(wasHarmed);
        if (Cluster.Broken is { } reason)
            TestContext.Current.SendDiagnosticMessage("The next test has another cluster. {0}", reason);
        await _services.DisposeAsync();
        File.Delete(_passwordFile);
        File.Delete(_passwordFile + ".user");
    }

    // A node that was killed is there before all its queues are. And a cluster of 3.10 whose majority is killed may
    // lose its coordinator of streams for good: it deletes and makes none any more, so no test after it can begin.
    private async Task TidyAsync(bool wasHarmed)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await UntidyAsync(wasHarmed) is { } reason)
        {
            await Task.Delay(TidyPause, TimeProvider.System, CancellationToken.None);
            if (TimeProvider.System.GetElapsedTime(start) > TidyLimit)
            {
                Cluster.GiveUp($"It has not got over this test within {TidyLimit.TotalSeconds} s: {reason}");
                return;
            }
        }
    }

    private async Task<string?> UntidyAsync(bool wasHarmed)
    {
        using var limit = new CancellationTokenSource(TidyLimit);
        try
        {
            await using var connection = await ConnectAsync();
            await using var channel = await connection.CreateChannelAsync();
            foreach (var queue in _used.SelectMany(used => new RabbitTopology(used).Queues).DistinctBy(one => one.Name))
                await channel.QueueDeleteAsync(queue.Name, cancellationToken: limit.Token);
            if (wasHarmed) await TryAsync(channel, limit.Token);
            return null;
        }
        catch (Exception exception) when (exception
            is OperationInterruptedException or BrokerUnreachableException or OperationCanceledException)
        {
            return exception.Message;
        }
    }

    // Whether what the next test begins with can be had.
    private async Task TryAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var queues = new RabbitTopology(Options with { QueuePrefix = Options.QueuePrefix + "-try" }).Queues;
        foreach (var queue in queues) await queue.DeclareAsync(channel, cancellationToken);
        foreach (var queue in queues)
            await channel.QueueDeleteAsync(queue.Name, cancellationToken: cancellationToken);
    }
}
