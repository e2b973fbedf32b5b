using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Core.Tickets;
using Millrace.Engines;
using Millrace.Queue.Rabbit;
using Millrace.Queue.Sqlite;

namespace Millrace.Bench.Queues;

/// <summary>Both adapters, composed as the executable composes them.</summary>
internal static class QueueHosts
{
    private const int Seed = 1;

    /// <summary>The embedded queue in a folder of its own.</summary>
    public static Task<PortLoop> EmbeddedAsync(string name, string folder, Lane lane) => StartAsync(
        name, lane, cells: 1, engines: [],
        new Dictionary<string, string?>
        {
            ["Queue:Sqlite:Folder"] = folder,
            ["Queue:Sqlite:MemoryTicketsMax"] = "100000",
        },
        services => services.AddSqliteQueue());

    /// <summary>The queue of a cluster.</summary>
    public static Task<PortLoop> RabbitAsync(string name, RabbitCluster brokers, int cells)
    {
        var user = brokers.Nodes[0].Address.UserInfo.Split(':');
        Environment.SetEnvironmentVariable(RabbitQueueOptions.UserVariable, user[0]);
        Environment.SetEnvironmentVariable(RabbitQueueOptions.PasswordVariable, user[1]);
        var settings = new Dictionary<string, string?>
        {
            ["Queue:Rabbit:Cells"] = cells.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (index, node) in brokers.Nodes.Index())
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"Queue:Rabbit:Nodes:{index}")] =
                string.Create(CultureInfo.InvariantCulture, $"amqp://127.0.0.1:{node.Port}");
        }
        int[] engines = [.. brokers.Nodes.Select(node => node.ProcessId)];
        return StartAsync(
            name, Lane.Interactive, cells, engines, settings, services => services.AddRabbitQueue(Seed));
    }

    private static async Task<PortLoop> StartAsync(
        string name, Lane lane, int cells, IReadOnlyList<int> engines, Dictionary<string, string?> settings,
        Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        add(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<IJobQueue>();
        return new PortLoop(name, queue, lane, cells, engines, new Stopping(host));
    }

    private sealed class Stopping(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
