using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Millrace.Engines.Postgres;

/// <summary>
/// A PostgreSQL server of its own on 127.0.0.1, in a folder of its own under an account that is not root, and the harm
/// that can be done to it. It ends when it is disposed, or when this program dies.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(25);
    private const int StartsMax = 100;
    private const int LogTailCharacters = 2_000;

    private readonly PostgresPlan _plan;
    private readonly EngineThread _thread = new();
    private Process? _process;

    private PostgresServer(PostgresPlan plan) => _plan = plan;

    /// <summary>The server's process; of the last one when it does not run.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port => _plan.Port;

    /// <summary>Makes a server and starts it: 3 s.</summary>
    /// <param name="folder">Made when missing, and given to the account, which must be able to reach it.</param>
    /// <param name="cancellationToken">Ends the wait, and what was started.</param>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    /// <exception cref="TimeoutException">Not up within a minute; the message has the end of the log.</exception>
    public static Task<PostgresServer> StartAsync(string folder, CancellationToken cancellationToken) =>
        StartAsync(folder, EngineHost.Loopback, cancellationToken);

    /// <summary>The same, on a host.</summary>
    public static async Task<PostgresServer> StartAsync(
        string folder, EngineHost host, CancellationToken cancellationToken)
    {
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var server = new PostgresServer(
            new PostgresPlan(Path.GetFullPath(folder), host, FreePort.Take(random), password));
        try
        {
            await server.PrepareAsync(cancellationToken);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a client connects with.</summary>
    /// <param name="database">Of this server; <c>postgres</c> is always there.</param>
    public string ConnectionString(string database) =>
        $"Host={_plan.Host.Address};Port={_plan.Port};Username={PostgresPlan.User};Password={_plan.Password};"
        + $"Database={database}";

    /// <summary>Starts it, again after a kill, and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ends while starting, each time.</exception>
    /// <exception cref="TimeoutException">Not up within a minute.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // After a kill it does not start before the last of its old processes has seen that they are orphans.
            for (var start = 1; !await TryStartAsync(linked.Token); start++)
            {
                if (start == StartsMax) throw new InvalidOperationException($"It ends while starting. {LogTail()}");
                await Task.Delay(Knock, TimeProvider.System, linked.Token);
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"PostgreSQL is not up. {LogTail()}", exception);
        }
    }

    /// <summary>
    /// SIGKILL to the server and then to the processes it has started, which would go on with what they are at until
    /// they see that they are orphans. Returns when the server is gone.
    /// </summary>
    public async Task KillAsync()
    {
        // Stopped, it starts no more of them.
        Signals.Send(_process!, Signals.Stop);
        var parts = Signals.ChildrenOf(_process!);
        Signals.Send(_process!, Signals.Kill);
        await _process!.WaitForExitAsync();
        foreach (var part in parts) Signals.KillOrphan(part);
    }

    /// <summary>Has it run again, whatever was done to it.</summary>
    public async Task MendAsync(CancellationToken cancellationToken)
    {
        if (_process is null or { HasExited: true }) await StartAsync(cancellationToken);
    }

    /// <summary>Kills it when it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        _thread.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_plan.Folder);
        await File.WriteAllTextAsync(_plan.PasswordFile, _plan.Password, cancellationToken);
        if (PostgresPlan.IsRoot) await RunAsync(PostgresPlan.OwnFolder(_plan.Folder), cancellationToken);
        await RunAsync(_plan.Prepare(), cancellationToken);
        await File.AppendAllTextAsync(
            _plan.AccessFile, "host all all samenet scram-sha-256\n", cancellationToken);
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} failed: {await output}{await error}");
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = await _thread.StartAsync(_plan.Server(), _plan.Log);
        while (!await AnswersAsync(cancellationToken))
        {
            if (_process.HasExited) return false;
            await Task.Delay(Knock, TimeProvider.System, cancellationToken);
        }
        return true;
    }

    // It listens before it has recovered, and then refuses: what counts is that it asks for the password.
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(_plan.Host.Address, _plan.Port, cancellationToken);
            var stream = socket.GetStream();
            await stream.WriteAsync(Hello(), cancellationToken);
            var answer = new byte[1];
            return await stream.ReadAsync(answer, cancellationToken) == 1 && answer[0] == (byte)'R';
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    // The first message of protocol 3.0: its length, the version, and who wants what.
    private static byte[] Hello()
    {
        var names = System.Text.Encoding.ASCII.GetBytes($"user\0{PostgresPlan.User}\0database\0postgres\0\0");
        var message = new byte[8 + names.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), 3 << 16);
        names.CopyTo(message, 8);
        return message;
    }

    private string LogTail()
    {
        var log = File.Exists(_plan.Log) ? File.ReadAllText(_plan.Log) : "It has written no log.";
        return $"The end of its log:\n{log[^Math.Min(log.Length, LogTailCharacters)..]}";
    }
}
