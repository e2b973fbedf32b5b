using System.Globalization;
using Millrace.Engines;

namespace Millrace.Drills.Hosts;

/// <summary>
/// Hosts as network namespaces, each with an address on one bridge. The bridge stands in this program's own network
/// namespace, where the clients are: the machine's network is not touched, and all of it is gone with the last process.
/// </summary>
internal sealed class HostNetwork : IAsyncDisposable
{
    /// <summary>Where the clients are.</summary>
    public const string ClientAddress = "10.203.0.1";

    private const string Prefix = "10.203.0.";
    private const int FirstAddress = 11;
    private const string HostsFile = "/etc/hosts";
    private const string ResolverFile = "/etc/resolv.conf";
    private readonly Dictionary<string, EngineHost> _hosts = [];

    private HostNetwork()
    {
    }

    public IReadOnlyCollection<EngineHost> Hosts => _hosts.Values;

    /// <summary>Makes bridge and hosts.</summary>
    /// <param name="run">Begins the names of the namespaces.</param>
    /// <param name="folder">For the file that has the hosts' names.</param>
    /// <param name="names">Of the hosts.</param>
    /// <exception cref="InvalidOperationException">This program has no network namespace of its own.</exception>
    public static async Task<HostNetwork> MakeAsync(string run, string folder, IReadOnlyList<string> names)
    {
        await RequireOwnNamespaceAsync();
        var network = new HostNetwork();
        Directory.CreateDirectory("/run/netns");
        await Shell.RunAsync("mount -t tmpfs tmpfs /run/netns");
        await Shell.RunAsync("ip link set lo up");
        await Shell.RunAsync("ip link add hub type bridge");
        await Shell.RunAsync($"ip addr add {ClientAddress}/24 dev hub");
        await Shell.RunAsync("ip link set hub up");
        foreach (var (number, name) in names.Index()) await network.AddAsync(run, number, name);
        await network.NameAsync(folder);
        return network;
    }

    /// <summary>A host by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public EngineHost Of(string name) => _hosts[name];

    /// <summary>Gives a host a disk of its own: what starts there from now on keeps there what must survive.</summary>
    public void Give(string name, HostDisk disk) => _hosts[name] = _hosts[name] with { DiskFolder = disk.Folder };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values) await Shell.RunAsync($"ip netns del {host.Namespace}");
        await Shell.RunAsync("ip link del hub");
        await Shell.RunAsync($"umount {HostsFile}");
        await Shell.RunAsync($"umount {ResolverFile}");
        await Shell.RunAsync("umount /run/netns");
    }

    private static async Task RequireOwnNamespaceAsync()
    {
        var links = await Shell.RunAsync("ip -o link");
        if (links.Contains(" eth", StringComparison.Ordinal) || links.Contains(" hub", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                "Drills want a network and a mount namespace of their own: start them by ./dev drill, or by unshare "
                + "--net --mount.");
        }
    }

    private async Task AddAsync(string run, int number, string name)
    {
        var address = Prefix + (FirstAddress + number).ToString(CultureInfo.InvariantCulture);
        var host = new EngineHost(name, address, $"{run}-{name}")
        {
            Marks = new Dictionary<string, string> { [Leftovers.Mark] = Leftovers.Own },
        };
        await Shell.RunAsync($"ip netns add {host.Namespace}");
        await Shell.RunAsync($"ip link add v{number} type veth peer name eth0 netns {host.Namespace}");
        await Shell.RunAsync($"ip link set v{number} master hub up");
        await Shell.RunAsync($"ip -n {host.Namespace} addr add {address}/24 dev eth0");
        await Shell.RunAsync($"ip -n {host.Namespace} link set eth0 up");
        await Shell.RunAsync($"ip -n {host.Namespace} link set lo up");
        _hosts[name] = host;
    }

    // In a mount namespace of our own, names can be given without touching the machine's.
    private async Task NameAsync(string folder)
    {
        var path = Path.Combine(folder, "hosts");
        var known = await File.ReadAllLinesAsync(HostsFile);
        await File.WriteAllLinesAsync(path, [.. known, .. _hosts.Values.Select(host => $"{host.Address} {host.Name}")]);
        await Shell.RunAsync($"mount --bind {path} {HostsFile}");

        // No name server can be reached from here: without one, a name that is not in the file is unknown at once.
        var nobody = Path.Combine(folder, "resolv.conf");
        await File.WriteAllTextAsync(nobody, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        await Shell.RunAsync($"mount --bind {nobody} {ResolverFile}");
    }
}
