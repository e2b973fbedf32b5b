using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Millrace.Engines.Dynalite;

/// <summary>
/// dynalite, which speaks the DynamoDB API; what it holds is in files and outlives it. It ends when it is disposed, or
/// when this program dies.
/// </summary>
public sealed class DynaliteServer : IAsyncDisposable
{
    /// <summary>Any key is taken.</summary>
    public const string AccessKey = "test";

    /// <summary>Any secret is taken.</summary>
    public const string SecretKey = "testing";

    private const int LogTailCharacters = 2_000;
    private const string Package = "tests/Millrace.Engines/Dynalite";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(50);

    private readonly EngineThread _thread = new();
    private readonly string _folder;
    private readonly int _port = FreePort.Take(new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
    private Process? _process;

    private DynaliteServer(string folder, EngineHost host) => (_folder, Host) = (folder, host);

    /// <summary>Where it runs.</summary>
    public EngineHost Host { get; }

    /// <summary>Where it speaks, for any region.</summary>
    public Uri Endpoint => new($"http://{Host.Address}:{_port}");

    /// <summary>Its process as it is now.</summary>
    public int ProcessId => _process!.Id;

    private string Log => Path.Combine(_folder, "dynalite.log");

    /// <summary>Starts it and waits until it takes requests: about half a second.</summary>
    /// <param name="folder">Files and log; made when missing. One server a folder.</param>
    /// <param name="host">Where it runs.</param>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    /// <exception cref="TimeoutException">Not up within 30 s; the message has the end of the log.</exception>
    public static async Task<DynaliteServer> StartAsync(string folder, EngineHost host)
    {
        var server = new DynaliteServer(Path.GetFullPath(folder), host);
        Directory.CreateDirectory(server._folder);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after a kill, with what it had.</summary>
    public async Task StartAsync()
    {
        _process?.Dispose();
        _process = await _thread.StartAsync(Program(), Log);
        var began = TimeProvider.System.GetTimestamp();
        while (!await TakesAsync())
        {
            if (_process.HasExited) throw new InvalidOperationException($"dynalite ends while starting. {LogTail()}");
            if (TimeProvider.System.GetElapsedTime(began) > StartLimit)
                throw new TimeoutException($"dynalite is not up. {LogTail()}");
            await Task.Delay(Knock, TimeProvider.System);
        }
    }

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process!, Signals.Kill);
        await _process!.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: alive and silent.</summary>
    public void Pause() => Signals.Send(_process!, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signals.Send(_process!, Signals.Continue);

    /// <summary>Kills it, by its id, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        _thread.Dispose();
    }

    private ProcessStartInfo Program()
    {
        var script = Path.Combine(Root(), Package, "node_modules", "dynalite", "cli.js");
        if (!File.Exists(script))
            throw new FileNotFoundException($"dynalite is missing: npm ci --prefix {Package}", script);
        var start = new ProcessStartInfo(
            NodeProgram(),
            [script, "--host", Host.Address, "--port", _port.ToString(CultureInfo.InvariantCulture),
                "--path", Path.Combine(_folder, "data"), "--createTableMs", "100"])
        {
            WorkingDirectory = _folder,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        return Host.Enter(start);
    }

    private static string NodeProgram()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                "node is missing; as root: apt-get update && apt-get install -y nodejs npm");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Millrace.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }

    private async Task<bool> TakesAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(Host.Address, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string LogTail()
    {
        var log = File.Exists(Log) ? File.ReadAllText(Log) : "It has written no log.";
        return $"The end of its log:\n{log[^Math.Min(log.Length, LogTailCharacters)..]}";
    }
}
