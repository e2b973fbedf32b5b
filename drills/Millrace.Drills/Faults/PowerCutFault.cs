using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// The power of hosts is cut at one moment: what their processes had not flushed is lost, and they end. Healed by
/// mounting their disks anew and starting them.
/// </summary>
internal sealed class PowerCutFault(params IReadOnlyList<(Target Target, HostDisk Disk)> hosts) : IFault
{
    private string Names => string.Join(", ", hosts.Select(host => host.Target.Name));

    public string Name => $"cut the power of {Names}";

    public Task InjectAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, disk) in hosts) disk.Cut();
        return Task.WhenAll(hosts.Select(host => host.Target.KillAsync()));
    }

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        foreach (var (target, disk) in hosts)
        {
            if (target.Runs || await disk.IsWritableAsync()) return null;
        }
        return $"{Names} ended, and what was not flushed is gone";
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, disk) in hosts) await disk.MendAsync();
        await Task.WhenAll(hosts.Select(host => host.Target.StartAsync(cancellationToken)));
    }
}
