using System.Globalization;
using Millrace.Drills.Hosts;
using Millrace.Engines;

namespace Millrace.Drills.Faults;

/// <summary>
/// Packets are dropped where they arrive: by chance, or all from certain hosts. The firewall's own counters are the
/// trace.
/// </summary>
internal sealed class PacketFault : IFault
{
    private readonly IReadOnlyList<(EngineHost At, string[] Match)> _rules;

    private PacketFault(string name, IReadOnlyList<(EngineHost At, string[] Match)> rules) =>
        (Name, _rules) = (name, rules);

    public string Name { get; }

    /// <summary>A share of all packets, at each of these hosts.</summary>
    public static PacketFault Loss(double share, IReadOnlyCollection<EngineHost> hosts)
    {
        var probability = share.ToString("0.####", CultureInfo.InvariantCulture);
        string[] match = ["-i", "eth0", "-m", "statistic", "--mode", "random", "--probability", probability];
        var percent = (share * 100).ToString("0", CultureInfo.InvariantCulture);
        var where = hosts.Count == 1 ? hosts.Single().Name : $"{hosts.Count} hosts";
        return new PacketFault($"{percent} % loss at {where}", [.. hosts.Select(host => (host, match))]);
    }

    /// <summary>Nothing from one side arrives at the other: both ways, or from the first to the second.</summary>
    public static PacketFault Partition(
        IReadOnlyList<EngineHost> one, IReadOnlyList<EngineHost> other, bool oneWay = false)
    {
        var rules = one.SelectMany(from => other.Select(to => Drop(from, to))).ToList();
        if (!oneWay) rules.AddRange(one.SelectMany(to => other.Select(from => Drop(from, to))));
        var arrow = oneWay ? "-/->" : "|";
        return new PacketFault($"partition {Names(one)} {arrow} {Names(other)}", rules);
    }

    public Task InjectAsync(CancellationToken cancellationToken) => ChangeAsync("-I");

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var dropped = 0L;
        foreach (var host in _rules.Select(rule => rule.At).Distinct())
        {
            var list = await Shell.RunAsync(host, "iptables", "-L", "INPUT", "-v", "-n", "-x");
            dropped += list.Split('\n').Where(line => line.Contains(" DROP ", StringComparison.Ordinal))
                .Sum(line => long.Parse(line.Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        }
        return dropped > 0 ? string.Create(CultureInfo.InvariantCulture, $"{dropped} packets dropped") : null;
    }

    public Task HealAsync(CancellationToken cancellationToken) => ChangeAsync("-D");

    private async Task ChangeAsync(string verb)
    {
        foreach (var (at, match) in _rules)
            await Shell.RunAsync(at, "iptables", [verb, "INPUT", .. match, "-j", "DROP"]);
    }

    private static (EngineHost At, string[] Match) Drop(EngineHost from, EngineHost to) =>
        (to, ["-s", from.Address]);

    private static string Names(IReadOnlyList<EngineHost> hosts) => string.Join('+', hosts.Select(host => host.Name));
}
