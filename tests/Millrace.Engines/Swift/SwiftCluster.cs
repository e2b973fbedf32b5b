using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Millrace.Engines.Swift;

/// <summary>
/// OpenStack Swift with its S3 API on 127.0.0.1: a proxy, storage nodes that each hold everything, and the memcached
/// that the proxy insists on. Everything ends when it is disposed, or when this program dies.
/// </summary>
public sealed class SwiftCluster : IAsyncDisposable
{
    /// <summary>The one user's access key.</summary>
    public const string AccessKey = "test:tester";

    /// <summary>Its secret.</summary>
    public const string SecretKey = "testing";

    private const int PortsEach = 10;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly EngineThread _thread = new();
    private readonly string _folder;
    private readonly string _pythonPath = SwiftPackage.PythonPath();
    private readonly int _port;
    private readonly EngineHost _host;
    private readonly IReadOnlyList<EngineHost> _nodeHosts;
    private readonly SwiftServer _cache;

    private SwiftCluster(string folder, EngineHost host, IReadOnlyList<EngineHost> nodeHosts)
    {
        (_host, _nodeHosts) = (host, nodeHosts);
        var nodes = nodeHosts.Count;
        (_folder, _port) = (folder, FreePort.TakeRow(
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), (nodes + 1) * PortsEach));
        Directory.CreateDirectory(Path.Combine(folder, "log"));
        _cache = Server("memcached", Cache(), host, [_port + 1]);
        Proxy = Server("proxy", Script("proxy"), host, [_port]);
        Nodes = [.. Enumerable.Range(1, nodes).Select(Node)];
    }

    /// <summary>Where it speaks S3, path style, region us-east-1.</summary>
    public Uri Endpoint => new($"http://{_host.Address}:{_port}");

    /// <summary>The one process that clients speak with.</summary>
    public SwiftServer Proxy { get; }

    /// <summary>The storage nodes.</summary>
    public IReadOnlyList<SwiftServer> Nodes { get; }

    /// <summary>Starts it and waits until it takes requests: about 5 s for three nodes on two cores.</summary>
    /// <param name="folder">Files and logs; made when missing. One cluster a folder.</param>
    /// <param name="nodes">1 to 9; each object is on each.</param>
    /// <param name="cancellationToken">Ends the wait, and what was started.</param>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    /// <exception cref="TimeoutException">Not up within a minute; the message has the end of the log.</exception>
    public static Task<SwiftCluster> StartAsync(string folder, int nodes, CancellationToken cancellationToken) =>
        StartAsync(folder, EngineHost.Loopback, EngineHost.Here(nodes), cancellationToken);

    /// <summary>The same, with the proxy on one host and each node on another.</summary>
    public static async Task<SwiftCluster> StartAsync(
        string folder, EngineHost proxy, IReadOnlyList<EngineHost> nodes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes.Count, 9);
        var cluster = new SwiftCluster(Path.GetFullPath(folder), proxy, nodes);
        try
        {
            using var limit = new CancellationTokenSource(StartLimit);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await cluster.StartAllAsync(linked.Token);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Has all of it run again, whatever was done to it. The proxy is started anew: it remembers for some seconds which
    /// nodes failed, and asks none of them, so that the next harm would find two nodes missing.
    /// </summary>
    /// <exception cref="TimeoutException">Not up within a minute; the message has the end of the log.</exception>
    public async Task MendAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        foreach (var node in Nodes) await node.MendAsync(limit.Token);
        await Proxy.EndAsync();
        await Proxy.StartAsync(limit.Token);
    }

    /// <summary>Kills its processes, by their ids, and waits until they are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Nodes.Append(Proxy).Append(_cache))
        {
            await server.EndAsync();
        }
        _thread.Dispose();
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        var init = Script(
            "init", [Number(_port), _host.Address, .. _nodeHosts.Select(node => node.Address)]);
        using var process = await _thread.StartAsync(init, Log("init"));
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException("Swift's rings cannot be made: " + File.ReadAllText(Log("init")));
        await Task.WhenAll(Nodes.Append(Proxy).Append(_cache).Select(server => server.StartAsync(cancellationToken)));
    }

    private SwiftServer Node(int number)
    {
        var first = _port + PortsEach * number;
        var host = _nodeHosts[number - 1];
        return Server($"node{number}", Script("node", Number(number)), host, [first, first + 1, first + 2]);
    }

    private SwiftServer Server(string name, ProcessStartInfo start, EngineHost host, int[] ports) =>
        new(start, host, ports, Log(name), _thread);

    private ProcessStartInfo Script(string verb, params string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Swift", "swift_server.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, verb, _folder, .. arguments])
        {
            WorkingDirectory = _folder,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["PYTHONPATH"] = _pythonPath;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return start;
    }

    private ProcessStartInfo Cache()
    {
        var start = new ProcessStartInfo(
            SwiftPackage.MemcachedProgram(), ["-l", _host.Address, "-p", Number(_port + 1), "-U", "0", "-m", "16"])
        {
            WorkingDirectory = _folder,
        };

        // It refuses to be root, unless it is told who it is.
        if (Environment.UserName == "root") start.ArgumentList.Add("-u");
        if (Environment.UserName == "root") start.ArgumentList.Add("root");
        return start;
    }

    private string Log(string name) => Path.Combine(_folder, "log", name + ".log");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
