using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Millrace.Engines.Postgres;

/// <summary>
/// A PostgreSQL of its own: a folder, a free port of 127.0.0.1, a password; it ends with this program. Run by root it
/// runs as the package's user, as it refuses to be root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "millrace";
    private const string Package = "as root: apt-get update && apt-get install -y --no-install-recommends postgresql";
    private const int StartsMax = 20;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenStarts = TimeSpan.FromMilliseconds(500);

    private readonly string _folder;
    private readonly int _port;
    private readonly EngineThread _thread = new();
    private Process? _process;

    private PostgresServer(string folder, int port) => (_folder, _port) = (folder, port);

    /// <summary>As Npgsql takes it, without the password.</summary>
    public string Connection => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={_port};Database=postgres;Username={User};Timeout=3;Command Timeout=5");

    /// <summary>The password's file.</summary>
    public string PasswordFile => Path.Combine(_folder, "password");

    /// <summary>The server's process; of the last one when it does not run.</summary>
    public int ProcessId => _process?.Id ?? 0;

    private string Cluster => Path.Combine(_folder, "cluster");

    /// <summary>Makes a new one and starts it.</summary>
    /// <param name="folder">Absolute; not there yet, below a folder that everybody may pass through.</param>
    /// <param name="seed">For the port.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FileNotFoundException">It is not installed; the message has the command that does.</exception>
    /// <exception cref="InvalidOperationException">It does not start; the message has what it said.</exception>
    public static async Task<PostgresServer> StartAsync(string folder, int seed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var server = new PostgresServer(folder, FreePort.Take(new Random(seed)));
        try
        {
            await File.WriteAllTextAsync(
                server.PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "\n",
                cancellationToken);
            if (Environment.IsPrivilegedProcess) await server.RunAsync("chown", ["-R", "postgres", folder]);
            await server.RunAsync(Program("initdb"),
            [
                "-D", server.Cluster, "-U", User, "--pwfile", server.PasswordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C",
            ]);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again after a kill, and waits until it takes connections.</summary>
    /// <exception cref="InvalidOperationException">It ends while starting, each time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StartLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        for (var start = 1; ; start++)
        {
            _process = await _thread.StartAsync(Info(Program("postgres"),
            [
                "-D", Cluster, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                "-p", _port.ToString(CultureInfo.InvariantCulture),
            ]), Path.Combine(_folder, "log"));
            if (await TakesConnectionsAsync(either.Token)) return;
            // What a killed one has left running ends when it notices, and holds its memory until then.
            if (start == StartsMax) throw new InvalidOperationException($"PostgreSQL ends while starting. {Log()}");
            await Task.Delay(BetweenStarts, TimeProvider.System, either.Token);
        }
    }

    /// <summary>SIGKILL; returns when the server is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false }) return;
        Signals.Send(_process, Signals.Kill);
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _thread.Dispose();
    }

    private async Task<bool> TakesConnectionsAsync(CancellationToken cancellationToken)
    {
        while (!_process!.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(Knock, TimeProvider.System, cancellationToken);
            }
        }
        return false;
    }

    private async Task RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var log = Path.Combine(_folder, "log");
        var info = program == "chown" ? new ProcessStartInfo(program, arguments) : Info(program, arguments);
        using var process = await _thread.StartAsync(info, log);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed. {Log()}");
    }

    // The signal at this program's death is asked for last: a change of user takes it back.
    private static ProcessStartInfo Info(string program, IReadOnlyList<string> arguments) =>
        Environment.IsPrivilegedProcess
            ? new("setpriv",
            [
                "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--pdeathsig", "KILL", "--", program,
                .. arguments,
            ])
            : new(program, arguments);

    private string Log() => File.Exists(Path.Combine(_folder, "log"))
        ? string.Join('\n', File.ReadLines(Path.Combine(_folder, "log")).TakeLast(10))
        : "It said nothing.";

    private static string Program(string name)
    {
        const string library = "/usr/lib/postgresql";
        var found = Directory.Exists(library)
            ? Directory.EnumerateDirectories(library).OrderBy(
                folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).LastOrDefault()
            : null;
        var path = Path.Combine(found ?? library, "bin", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"PostgreSQL is missing; {Package}", path);
    }
}
