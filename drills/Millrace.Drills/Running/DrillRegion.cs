using System.Security.Cryptography;
using Millrace.Drills.Faults;
using Millrace.Drills.Hosts;
using Millrace.Drills.Loading;
using Millrace.Engines;
using Millrace.Region.Bills;
using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Drills.Running;

/// <summary>
/// The region that drills run in: each part on a host of its own, management with a key for every caller, and the
/// oracle of what images become. One region serves several drills.
/// </summary>
internal sealed class DrillRegion : IAsyncDisposable
{
    public const int Brokers = 3;
    public const int Edges = 3;
    public const int Workers = 3;
    public const int StorageNodes = 3;

    /// <summary>What every tenant with a receiver of webhooks calls it.</summary>
    public const string Receiver = "ear";

    private const int Subjects = 4;

    // Several of the queue's write-ahead logs, and what it wants to be free before it takes anything.
    private const int BrokerDiskMegabytes = 600;

    // Journals take their room beforehand, 32 MB.
    private const int EdgeDiskMegabytes = 200;
    private const string Query = "width=200&format=jpeg";

    private bool _serves = true;

    private DrillRegion(
        RegionOptions options, HostNetwork network, HostDisks disks, RunningRegion region, DateTimeOffset startedAt)
    {
        (Options, Network, Disks, Region, StartedAt) = (options, network, disks, region, startedAt);
        Photos = new Photos(options.Root);
    }

    /// <summary>No usage is older.</summary>
    public DateTimeOffset StartedAt { get; }

    public RegionOptions Options { get; }

    public HostNetwork Network { get; }

    public RunningRegion Region { get; }

    public Photos Photos { get; }

    /// <summary>Edges' epochs that were lost with their disks: whoever bills after it has to declare them.</summary>
    public List<(string Edge, string Epoch)> LostEpochs { get; } = [];

    /// <summary>What is converted.</summary>
    public IReadOnlyList<Subject> Images { get; private set; } = [];

    /// <summary>What each of them must become, by its name.</summary>
    public IReadOnlyDictionary<string, string> Oracle { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<Uri> EdgeAddresses => [.. Region.Edges.Select(edge => edge.Start.Address)];

    public IReadOnlyList<Target> BrokerTargets =>
    [
        .. Region.Brokers.Nodes.Select(node => new Target(
            node.Name, node.Host, () => node.ProcessId, node.KillAsync, node.StartAsync)),
    ];

    /// <summary>Where brokers and edges keep what must survive.</summary>
    public HostDisks Disks { get; }

    public Target Ledger
    {
        get
        {
            var server = Region.Ledger!.Server;
            return new Target(
                "ledger", server.Host, () => server.ProcessId, server.KillAsync, _ => server.StartAsync());
        }
    }

    private static IReadOnlyList<string> HostNames =>
    [
        .. Named("broker", Brokers), .. Named("edge", Edges), .. Named("worker", Workers), "postgres", "manage-1",
        "ledger", "store", .. Named("store", StorageNodes), .. Named("webhooks", RunningRegion.Senders),
    ];

    /// <summary>Starts all of it: about a minute on two cores.</summary>
    public static async Task<DrillRegion> StartAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        var beside = Path.GetDirectoryName(options.Folder)!;
        var network = await HostNetwork.MakeAsync($"d{Environment.ProcessId}", beside, HostNames);
        var disks = new HostDisks(Path.Combine(beside, "disks"));
        try
        {
            foreach (var name in Named("broker", Brokers))
                network.Give(name, await disks.MakeAsync(name, name, BrokerDiskMegabytes));
            foreach (var name in Named("edge", Edges))
                await disks.MakeAsync(name, Path.Combine("usage", name), EdgeDiskMegabytes);
            options = options with
            {
                HostOf = network.Of,
                Brokers = Brokers,
                Edges = Edges,
                Workers = Workers,
                Management = 1,
                HasLedger = true,
                EarHost = HostNetwork.ClientAddress,
                Faulty = true,
                TracesTickets = true,
                UsageFolder = Path.Combine(disks.Folder, "usage"),
            };
            var startedAt = TimeProvider.System.GetUtcNow();
            var region = new DrillRegion(
                options, network, disks, await RunningRegion.StartAsync(options, cancellationToken), startedAt);
            var seconds = (TimeProvider.System.GetUtcNow() - startedAt).TotalSeconds;
            Console.Out.WriteLine($"  all of it runs after {seconds:0} s; warming up");
            await region.AskOracleAsync();
            await region.WarmUpAsync(cancellationToken);
            return region;
        }
        catch
        {
            await EndAsync(network, disks);
            throw;
        }
    }

    /// <summary>Makes tenants with a key each, and waits until every edge knows them.</summary>
    public async Task<IReadOnlyList<Caller>> CallersAsync(
        string name, int count, CancellationToken cancellationToken, Func<string, Task<string>>? make = null)
    {
        var management = Region.Management!;
        make ??= tenant => management.TenantAsync(tenant, cancellationToken);
        var callers = new List<Caller>();
        for (var i = 1; i <= count; i++)
        {
            var tenant = await make($"{name} {i}");
            callers.Add(new Caller(tenant, (await management.KeyAsync(tenant, cancellationToken)).Text));
        }
        using var probe = new KeyProbe(TimeProvider.System);
        foreach (var edge in EdgeAddresses)
        {
            foreach (var caller in callers)
                await probe.UntilAsync(edge, caller.Key, true, TimeSpan.FromSeconds(20), cancellationToken);
        }
        return callers;
    }

    /// <summary>Makes a tenant whose receiver of webhooks is called <see cref="Receiver"/>.</summary>
    /// <returns>Its id, which is the receiver's name at the ear.</returns>
    public async Task<string> ListeningTenantAsync(string name, CancellationToken cancellationToken)
    {
        var (management, ear) = (Region.Management!, Region.Ear!);
        var tenant = await management.TenantAsync(name, cancellationToken);
        ear.Know(tenant, await management.EndpointAsync(tenant, Receiver, ear.AddressOf(tenant), cancellationToken));
        return tenant;
    }

    /// <summary>An edge, a worker or a sender of webhooks, by its name.</summary>
    public Target Role(string name)
    {
        return new Target(name, Network.Of(name), () => Find(name).Id, () => Find(name).KillAsync(), StartAsync);

        Task StartAsync(CancellationToken cancellationToken) => Region.RestartAsync(Find(name), cancellationToken);
    }

    /// <summary>Stops an edge or a worker in order, and starts it again.</summary>
    /// <returns>That it ended in order; null when it did not.</returns>
    public async Task<string?> RestartAsync(string name)
    {
        var role = Find(name);
        var exit = await role.StopAsync();
        await Region.RestartAsync(role, CancellationToken.None);
        return exit == 0 ? "it ended in order and is back" : null;
    }

    /// <summary>The process of an edge, a worker or a sender as it is now.</summary>
    public RoleProcess Find(string name) =>
        Region.Edges.Concat(Region.Workers).Concat(Region.WebhookSenders).Single(role => role.Name == name);

    /// <summary>Where an edge or a worker keeps usage that is not shipped yet.</summary>
    public RecorderDisk DiskOf(string name) => new(Path.Combine(Options.UsageFolder, name));

    /// <summary>A node of the object store, from 1.</summary>
    public Target StoreNode(int number)
    {
        var node = Region.Store!.Cluster.Nodes[number - 1];
        return new Target($"store-{number}", node.Host, () => node.ProcessId, node.KillAsync, node.StartAsync);
    }

    /// <summary>Stops edges and workers, as whoever bills must know that nothing more comes.</summary>
    /// <returns>What of their usage is not shipped.</returns>
    public Task<IReadOnlyList<string>> StopRecordersAsync(CancellationToken cancellationToken)
    {
        _serves = false;
        return Recorders.StopAsync(Region, cancellationToken);
    }

    /// <summary>Starts edges and workers again, if they were stopped.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        if (_serves) return;
        foreach (var role in Region.Workers.Concat(Region.Edges).ToList())
            await Region.RestartAsync(role, cancellationToken);
        _serves = true;
        await WarmUpAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Region.DisposeAsync();
        await EndAsync(Network, Disks);
    }

    private static async Task EndAsync(HostNetwork network, HostDisks disks)
    {
        await disks.DisposeAsync();
        await network.DisposeAsync();
    }

    // Programs that have just started compile while they serve, and are no measure of a fault.
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        const int requests = 300;
        const int concurrency = 6;
        var callers = await CallersAsync("warm-up", 1, cancellationToken);
        using var client = new ApiClient(() => EdgeAddresses);
        await Parallel.ForAsync(
            0, requests, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (number, _) => await client.SendAsync(
                HttpMethod.Post, "/v1/images:convert?" + Query, callers[0].Key,
                Images[number % Images.Count].Bytes, null, cancellationToken));
    }

    private static IEnumerable<string> Named(string kind, int count) =>
        Enumerable.Range(1, count).Select(number => FormattableString.Invariant($"{kind}-{number}"));

    // The command line converts without a region: what it makes is the measure of what the region makes.
    private async Task AskOracleAsync()
    {
        var (from, to) = (Path.Combine(Options.Folder, "images"), Path.Combine(Options.Folder, "oracle"));
        Directory.CreateDirectory(from);
        var photos = Enumerable.Range(0, Photos.Count).Select(number => Photos[number])
            .OrderBy(photo => photo.Length).Take(Subjects).Index().ToList();
        foreach (var (number, photo) in photos)
            await File.WriteAllBytesAsync(Path.Combine(from, $"{number}.jpg"), photo);
        await Shell.RunAsync(
            EngineHost.Loopback, Options.ProgramPath, "convert", from, to, "--width", "200", "--format", "jpeg");
        Images = [.. photos.Select(photo => new Subject($"photo-{photo.Index}", photo.Item, Query))];
        Oracle = photos.ToDictionary(
            photo => $"photo-{photo.Index}",
            photo => Hash(Directory.EnumerateFiles(to, $"{photo.Index}.*").Single()));
    }

    private static string Hash(string path) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
