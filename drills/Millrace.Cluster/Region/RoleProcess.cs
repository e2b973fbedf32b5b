using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Millrace.Cluster.Region;

/// <summary>
/// One role of millrace as a process of its own, with its log in a file. It ends with this program, even if that is
/// killed, because it is started through <c>setpriv --pdeathsig</c>.
/// </summary>
internal sealed partial class RoleProcess : IAsyncDisposable
{
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Task _errorsRead;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RoleProcess(RoleStart start, Process process)
    {
        (Start, _process) = (start, process);
        _log = new StreamWriter(start.LogPath, append: true) { AutoFlush = true };
        _errorsRead = ReadErrorsAsync();
        _ = ReadOutputAsync();
    }

    /// <summary>How it was started, so that it can be started again.</summary>
    public RoleStart Start { get; }

    public string Name => Start.Name;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; its log says why.</exception>
    public static async Task<RoleProcess> StartAsync(RoleStart start, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", start.Program, .. start.Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment) info.Environment[name] = value;
        var role = new RoleProcess(start, await LastingThread.RunAsync(() => Process.Start(info)!));
        try
        {
            await role._ready.Task.WaitAsync(StartTimeout, TimeProvider.System, cancellationToken);
            return role;
        }
        catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
        {
            await role.DisposeAsync();
            throw new InvalidOperationException($"{start.Name} did not start; see {start.LogPath}.", exception);
        }
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _ = kill(Id, SignalKill);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits until it has drained; kills it when that takes a minute.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited) _ = kill(Id, SignalTerminate);
        using var patience = new CancellationTokenSource(StopTimeout, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _errorsRead;
        await _log.DisposeAsync();
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("is ready", StringComparison.Ordinal)) _ready.TrySetResult(line);
        }
        _ready.TrySetException(new InvalidOperationException("It ended before it was ready."));
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) await _log.WriteLineAsync(line);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}

/// <summary>What a process needs to be started.</summary>
/// <param name="Name">Of the role in this region.</param>
/// <param name="Program">The executable.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="Environment">Beside what this process has.</param>
/// <param name="LogPath">Where its stderr goes.</param>
/// <param name="Address">Where it answers: the public address of an edge, the health address of a worker.</param>
/// <param name="InternalAddress">An edge's internal address; null for workers.</param>
internal sealed record RoleStart(
    string Name, string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment,
    string LogPath, Uri Address, Uri? InternalAddress);
