using Millrace.Engines;

namespace Millrace.Region.Running;

/// <summary>What a region consists of.</summary>
internal sealed record RegionOptions
{
    /// <summary>The repository.</summary>
    public required string Root { get; init; }

    /// <summary>Where logs, brokers' data and the secret go; emptied before the start.</summary>
    public required string Folder { get; init; }

    public int Brokers { get; init; } = 3;

    public int Edges { get; init; } = 3;

    public int Workers { get; init; } = 2;

    /// <summary>Kernels of each worker; null: the default.</summary>
    public int? Kernels { get; init; }

    /// <summary>Whether kernels do what marked images tell them: the test build of the kernel.</summary>
    public bool Faulty { get; init; }

    /// <summary>Whether edges and workers log each ticket, so that its way can be judged.</summary>
    public bool TracesTickets { get; init; }

    /// <summary>Nodes of the object store; 0: none, and without <see cref="SharedFiles"/> no durable jobs.</summary>
    public int StorageNodes { get; init; }

    /// <summary>
    /// Whether objects are files in one folder of this machine when there are no storage nodes: quick, and out of
    /// reach of what happens to the network.
    /// </summary>
    public bool SharedFiles { get; init; }

    /// <summary>Durable jobs that a check hands in.</summary>
    public int Jobs { get; init; } = 5000;

    /// <summary>Replicas of management, over PostgreSQL; 0: none, and edges serve everybody.</summary>
    public int Management { get; init; }

    /// <summary>Whether there is a usage ledger, and usage is shipped every second or two.</summary>
    public bool HasLedger { get; init; }

    /// <summary>Whether checks that have a long form take it.</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether tenants are told of their jobs' ends, where there are durable jobs.</summary>
    public bool Webhooks { get; init; } = true;

    /// <summary>The address of this machine at which their receivers listen; senders can reach it.</summary>
    public string EarHost { get; init; } = "127.0.0.1";

    /// <summary>Whether durable jobs can be done: there is somewhere to keep objects.</summary>
    public bool HasStore => StorageNodes > 0 || SharedFiles;

    /// <summary>
    /// The host of each part by its name: broker-1, edge-1, worker-1, webhooks-1, manage-1, postgres, ledger, store,
    /// store-1 and so on.
    /// </summary>
    public Func<string, EngineHost> HostOf { get; init; } = _ => EngineHost.Loopback;

    /// <summary>Environment of edges and workers, beside what they need.</summary>
    public IReadOnlyDictionary<string, string> RoleEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>The published service, or null for what a plain build made.</summary>
    public string? Program { get; init; }

    public string ProgramPath => Program ?? Path.Combine(Root, "artifacts/bin/Millrace/debug/millrace");

    public string FaultyKernelPath =>
        Path.Combine(Root, "artifacts/bin/Millrace.Kernel.Faulty/debug/Millrace.Kernel.Faulty.dll");

    /// <summary>The hosts of so many parts of a kind.</summary>
    public IReadOnlyList<EngineHost> Hosts(string kind, int count) =>
        [.. Enumerable.Range(1, count).Select(number => HostOf(FormattableString.Invariant($"{kind}-{number}")))];

    public string ObjectsPath => Path.Combine(Folder, "objects");

    public string SettingsPath => Path.Combine(Folder, "settings.json");

    /// <summary>
    /// Where edges and workers keep usage that is not shipped yet, each in a folder of its name; default: usage in
    /// <see cref="Folder"/>.
    /// </summary>
    public string UsageFolder
    {
        get => field ?? Path.Combine(Folder, "usage");
        init;
    }

    public string SecretPath => Path.Combine(Folder, "cluster.secret");
}
