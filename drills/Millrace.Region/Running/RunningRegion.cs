using System.Globalization;
using System.Security.Cryptography;
using Millrace.Region.Load;
using Millrace.Engines;

namespace Millrace.Region.Running;

/// <summary>
/// Brokers, edges and workers as processes of this machine, on loopback; all end when it is disposed.
/// </summary>
internal sealed class RunningRegion : IAsyncDisposable
{
    /// <summary>Who sends webhooks, in a region that does.</summary>
    public const int Senders = 2;

    private const int SecretBytes = 32;
    private readonly RegionOptions _options;
    private readonly RegionEngines _engines;
    private readonly EngineThread _thread = new();
    private readonly Random _random = new(RandomNumberGenerator.GetInt32(int.MaxValue));
    private readonly Lock _lock = new();

    // Replaced when one is started again: whoever goes through them meanwhile goes on with those of before.
    private IReadOnlyList<RoleProcess> _edges = [];
    private IReadOnlyList<RoleProcess> _workers = [];
    private IReadOnlyList<RoleProcess> _senders = [];

    private RunningRegion(RegionOptions options, RegionEngines engines) => (_options, _engines) = (options, engines);

    public RabbitCluster Brokers => _engines.Brokers;

    /// <summary>Null in a region without durable jobs.</summary>
    public RegionStore? Store => _engines.Store;

    /// <summary>Hears the webhooks of all tenants; null in a region without durable jobs.</summary>
    public WebhookEar? Ear => _engines.Ear;

    /// <summary>The usage ledger; null in a region without one.</summary>
    public RegionLedger? Ledger => _engines.Ledger;

    /// <summary>What it was asked to be like.</summary>
    public RegionOptions Options => _options;

    /// <summary>Null in a region without management, which serves everybody.</summary>
    public RegionManagement? Management { get; private set; }

    /// <summary>Whether checks that have a long form take it.</summary>
    public bool IsLong => _options.IsLong;

    /// <summary>Durable jobs that a check hands in.</summary>
    public int Jobs => _options.Jobs;

    public IReadOnlyList<RoleProcess> Edges => _edges;

    public IReadOnlyList<RoleProcess> Workers => _workers;

    /// <summary>Who sends webhooks.</summary>
    public IReadOnlyList<RoleProcess> WebhookSenders => _senders;

    public string SecretPath => _options.SecretPath;

    public string Folder => _options.Folder;

    public static async Task<RunningRegion> StartAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        if (Directory.Exists(options.Folder)) Directory.Delete(options.Folder, recursive: true);
        Directory.CreateDirectory(options.Folder);
        WriteSecret(options.SecretPath);
        var region = new RunningRegion(options, new RegionEngines());
        try
        {
            await Task.WhenAll(
                region._engines.StartAsync(options, cancellationToken),
                region.StartManagementAsync(cancellationToken));
            File.WriteAllText(options.SettingsPath, RegionSettings.Of(options, region._engines));
            await region.StartRolesAsync(cancellationToken);
            return region;
        }
        catch
        {
            await region.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a role again that was killed or stopped, at its old address.</summary>
    /// <param name="role">As it was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="start">How; null: as before.</param>
    public async Task<RoleProcess> RestartAsync(
        RoleProcess role, CancellationToken cancellationToken, RoleStart? start = null)
    {
        await role.StopAsync();
        // If it does not start, the one that ended stands in its place.
        var again = await RoleProcess.StartAsync(start ?? role.Start, _thread, cancellationToken);
        await role.DisposeAsync();
        lock (_lock)
        {
            _workers = [.. _workers.Select(one => one == role ? again : one)];
            _edges = [.. _edges.Select(one => one == role ? again : one)];
            _senders = [.. _senders.Select(one => one == role ? again : one)];
        }
        return again;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_workers.Concat(_edges).Concat(_senders).Select(role => role.DisposeAsync().AsTask()));
        if (Management is not null) await Management.DisposeAsync();
        await _engines.DisposeAsync();
        _thread.Dispose();
    }

    private async Task StartManagementAsync(CancellationToken cancellationToken)
    {
        if (_options.Management > 0)
            Management = await RegionManagement.StartAsync(_options, _thread, _random, cancellationToken);
    }

    private async Task StartRolesAsync(CancellationToken cancellationToken)
    {
        _workers = await StartAllAsync(_options.Workers, Worker, cancellationToken);
        _edges = await StartAllAsync(_options.Edges, Edge, cancellationToken);
        if (Ear is not null) _senders = await StartAllAsync(Senders, Sender, cancellationToken);
    }

    // Side by side. When one does not start, the others end.
    private async Task<IReadOnlyList<RoleProcess>> StartAllAsync(
        int count, Func<int, RoleStart> make, CancellationToken cancellationToken)
    {
        var starts = Enumerable.Range(1, count).Select(make).ToList();
        var starting = starts.Select(start => RoleProcess.StartAsync(start, _thread, cancellationToken)).ToList();
        try
        {
            return await Task.WhenAll(starting);
        }
        catch
        {
            foreach (var started in starting.Where(task => task.IsCompletedSuccessfully))
                await (await started).DisposeAsync();
            throw;
        }
    }

    private RoleStart Edge(int number)
    {
        var host = _options.HostOf($"edge-{number}");
        var (address, inside) = (FreeAddress(host), FreeAddress(host));
        string[] arguments =
        [
            "edge", .. Callers($"edge-{number}"), "--name", $"edge-{number}", "--urls", Text(address),
            "--internal-urls", Text(inside),
            "--brokers", BrokerList(), "--secret-file", SecretPath, "--settings", _options.SettingsPath,
            "--log", "json",
        ];
        return new RoleStart(
            $"edge-{number}", _options.ProgramPath, arguments, Environment(), Log($"edge-{number}"), address, inside)
        {
            Host = host,
        };
    }

    private string[] Callers(string role) => Management is { } management
        ? ["--management", management.Addresses, "--identity", Path.Combine(_options.Folder, $"identity-{role}")]
        : ["--open"];

    private RoleStart Worker(int number)
    {
        var host = _options.HostOf($"worker-{number}");
        var address = FreeAddress(host);
        List<string> arguments =
        [
            "worker", "--name", $"worker-{number}", "--urls", Text(address), "--brokers", BrokerList(),
            "--secret-file", SecretPath, "--settings", _options.SettingsPath,
            "--log", "json",
        ];
        if (_options.Kernels is { } kernels)
            arguments.AddRange(["--kernels", kernels.ToString(CultureInfo.InvariantCulture)]);
        return new RoleStart(
            $"worker-{number}", _options.ProgramPath, arguments, Environment(), Log($"worker-{number}"), address, null)
        {
            Host = host,
        };
    }

    private RoleStart Sender(int number)
    {
        var name = $"webhooks-{number}";
        var host = _options.HostOf(name);
        var address = FreeAddress(host);
        string[] arguments =
        [
            "webhooks", .. Callers(name), "--urls", Text(address), "--brokers", BrokerList(),
            "--secret-file", SecretPath, "--settings", _options.SettingsPath, "--log", "json",
        ];
        return new RoleStart(name, _options.ProgramPath, arguments, Environment(), Log(name), address, null)
        {
            Host = host,
        };
    }

    /// <summary>Of the object store or the ledger, as the SDK's chain reads them: the ledger takes any.</summary>
    public IReadOnlyDictionary<string, string> Credentials =>
        Store is not null ? RegionStore.Environment : RegionLedger.Environment;

    /// <summary>What its roles find in their environment.</summary>
    public Dictionary<string, string> Environment()
    {
        var user = Brokers.Nodes[0].Address.UserInfo.Split(':');
        var environment = new Dictionary<string, string>
        {
            ["MILLRACE_RABBIT_USER"] = user[0],
            ["MILLRACE_RABBIT_PASSWORD"] = user[1],
        };
        foreach (var (name, value) in _options.RoleEnvironment) environment[name] = value;
        foreach (var (name, value) in Credentials) environment[name] = value;
        if (_options.Faulty)
        {
            environment["MILLRACE_KERNEL_FAULTS"] = "1";
            environment["Worker__Pool__KernelPath"] = _options.FaultyKernelPath;
        }
        return environment;
    }

    private string BrokerList() => string.Join(
        ';', Brokers.Nodes.Select(node => $"amqp://{node.Host.Address}:{node.Port}"));

    private string Log(string name) => Path.Combine(_options.Folder, name + ".log");

    private static void WriteSecret(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
    }

    private static string Text(Uri address) => address.AbsoluteUri.TrimEnd('/');

    private Uri FreeAddress(EngineHost host) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://{host.Address}:{FreePort.Take(_random)}"));
}
