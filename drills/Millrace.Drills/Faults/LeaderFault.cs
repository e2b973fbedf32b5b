using Millrace.Engines;
using Millrace.Region.Watch;

namespace Millrace.Drills.Faults;

/// <summary>A fault of the node that leads a lane's queues: it bit when another leads afterwards.</summary>
internal sealed class LeaderFault(IFault fault, RabbitCluster brokers, RabbitNode leader, string lane) : IFault
{
    public string Name => $"leader: {fault.Name}";

    /// <summary>Finds who leads, and makes the fault of that node.</summary>
    /// <param name="brokers">Whose leader.</param>
    /// <param name="lane">Of which lane.</param>
    /// <param name="make">The fault of the node at this place.</param>
    public static async Task<LeaderFault> OfAsync(RabbitCluster brokers, string lane, Func<int, IFault> make)
    {
        var leader = await Leaders.BusiestAsync(brokers, lane);
        var place = brokers.Nodes.Index().Single(node => node.Item == leader).Index;
        return new LeaderFault(make(place), brokers, leader, lane);
    }

    public Task InjectAsync(CancellationToken cancellationToken) => fault.InjectAsync(cancellationToken);

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        if (await fault.TraceAsync(cancellationToken) is not { } trace) return null;
        var asked = brokers.Nodes.First(node => node != leader);
        var now = await Leaders.BusiestAsync(brokers, asked, lane);
        return now == leader ? null : $"{trace}; {now.Name} leads {lane} now";
    }

    public Task HealAsync(CancellationToken cancellationToken) => fault.HealAsync(cancellationToken);
}
