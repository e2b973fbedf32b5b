using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Millrace.Engines;

/// <summary>Ports, names, secrets and files of a cluster, fixed before its first node starts.</summary>
internal sealed record RabbitPlan(string Folder, int NameServicePort, IReadOnlyList<RabbitNodePlan> Nodes)
{
    public static RabbitPlan Make(string folder, IReadOnlyList<EngineHost> hosts)
    {
        var count = hosts.Count;
        Directory.CreateDirectory(folder);
        WriteCookie(folder);
        File.WriteAllText(Path.Combine(folder, "plugins"), "[].\n");
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var ports = new HashSet<int>();
        while (ports.Count < 2 * count + 1) ports.Add(FreePort.Take(random));
        var free = new Queue<int>(ports);
        var nameService = free.Dequeue();
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var nodes = hosts
            .Select((host, index) => new RabbitNodePlan(
                folder, host, $"r{index + 1}@{host.Name}", nameService, free.Dequeue(), free.Dequeue(), password))
            .ToList();
        var plan = new RabbitPlan(folder, nameService, nodes);
        plan.WriteSettings();
        return plan;
    }

    public string NameServiceOutput => Path.Combine(Folder, "epmd.out");

    /// <summary>Erlang's name service of each host, in the foreground.</summary>
    public IEnumerable<ProcessStartInfo> NameServices() =>
        Nodes.Select(node => node.Host).Distinct().Select(host => host.Enter(NameService(host)));

    private ProcessStartInfo NameService(EngineHost host) => new(
        "epmd", ["-address", host.Address, "-port", NameServicePort.ToString(CultureInfo.InvariantCulture)])
    {
        WorkingDirectory = Folder,
    };

    private static void WriteCookie(string folder)
    {
        var cookie = Path.Combine(folder, ".erlang.cookie");
        File.Delete(cookie);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead;
        using var writer = new StreamWriter(cookie, options);
        writer.Write(RandomNumberGenerator.GetHexString(40));
    }

    private void WriteSettings()
    {
        var names = Nodes.Select((node, index) =>
            FormattableString.Invariant($"cluster_formation.classic_config.nodes.{index + 1} = {node.Name}"));
        foreach (var node in Nodes)
        {
            File.WriteAllText(node.SettingsPath, $"""
                listeners.tcp.1 = {node.Host.Address}:{node.Port}
                default_user = {RabbitNodePlan.User}
                default_pass = {node.Password}
                cluster_formation.peer_discovery_backend = classic_config
                {string.Join('\n', names)}
                cluster_partition_handling = pause_minority
                net_ticktime = 5
                queue_leader_locator = balanced
                disk_free_limit.absolute = 50MB
                raft.wal_max_size_bytes = 64000000
                log.file.level = info

                """);
        }
    }
}

/// <summary>What one node is started with.</summary>
internal sealed record RabbitNodePlan(
    string Folder, EngineHost Host, string Name, int NameServicePort, int Port, int ClusterPort, string Password)
{
    public const string User = "millrace";

    private string Short => Name[..Name.IndexOf('@', StringComparison.Ordinal)];

    public string SettingsPath => Path.Combine(Folder, Short + ".conf");

    public string LogPath => Path.Combine(Folder, "log", Name + ".log");

    public string OutputPath => Path.Combine(Folder, Short + ".out");

    public string StorePath => Host.DiskFolder ?? Path.Combine(Folder, "store");

    public Uri Address => new($"amqp://{User}:{Password}@{Host.Address}:{Port}");

    /// <summary>The broker; RUNNING_UNDER_SYSTEMD makes its script become it instead of waiting for it.</summary>
    public ProcessStartInfo Server()
    {
        var start = Program("rabbitmq-server");
        start.Environment["RUNNING_UNDER_SYSTEMD"] = "true";
        start.Environment["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_DIST_PORT"] = ClusterPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_MNESIA_BASE"] = StorePath;
        start.Environment["RABBITMQ_LOG_BASE"] = Path.Combine(Folder, "log");
        start.Environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Folder, "plugins");
        start.Environment["RABBITMQ_CONFIG_FILE"] = SettingsPath;
        start.Environment["RABBITMQ_PID_FILE"] = Path.Combine(Folder, Short + ".pid");
        // No spinning while idle: several brokers and their clients share the machine.
        start.Environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            $"-start_epmd false -kernel inet_dist_use_interface {{{Host.Address.Replace('.', ',')}}} +S 2:2 "
            + "+sbwt none +sbwtdcpu none +sbwtdio none";
        return Host.Enter(start);
    }

    /// <summary>A command to the node, by one of the broker's own programs.</summary>
    public ProcessStartInfo Control(string program, IEnumerable<string> arguments)
    {
        var start = Program(program);
        foreach (var argument in arguments.Prepend(Name).Prepend("-n"))
        {
            start.ArgumentList.Add(argument);
        }
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return Host.Enter(start);
    }

    private ProcessStartInfo Program(string name)
    {
        var start = new ProcessStartInfo(RabbitPackage.Program(name)) { WorkingDirectory = Folder };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = Folder;
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["ERL_EPMD_ADDRESS"] = Host.Address;
        start.Environment["ERL_EPMD_PORT"] = NameServicePort.ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_NODENAME"] = Name;
        return start;
    }
}
