using System.Diagnostics;
using Millrace.Engines;

namespace Millrace.Region.Running;

/// <summary>
/// One role of millrace as a process of its own, with all that it says in a file. It ends with this program, even if
/// that is killed.
/// </summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private const string ReadyMark = "is ready";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;

    private RoleProcess(RoleStart start, Process process) => (Start, _process) = (start, process);

    /// <summary>How it was started, so that it can be started again.</summary>
    public RoleStart Start { get; }

    public string Name => Start.Name;

    public int Id => _process.Id;

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; its log says why.</exception>
    public static async Task<RoleProcess> StartAsync(
        RoleStart start, EngineThread thread, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(start.Program, start.Arguments);
        foreach (var (name, value) in start.Environment) info.Environment[name] = value;
        var said = File.Exists(start.LogPath) ? new FileInfo(start.LogPath).Length : 0;
        var role = new RoleProcess(start, await thread.StartAsync(start.Host.Enter(info), start.LogPath));
        try
        {
            await role.BecomeReadyAsync(said, cancellationToken);
            return role;
        }
        catch
        {
            await role.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether it still runs.</summary>
    public bool Runs => !_process.HasExited;

    /// <summary>SIGSTOP: alive and silent.</summary>
    public void Pause() => Signals.Send(_process, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signals.Send(_process, Signals.Continue);

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) Signals.Send(_process, Signals.Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits until it has drained; kills it when that takes a minute.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited) Signals.Send(_process, Signals.Terminate);
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
        _process.Dispose();
    }

    private async Task BecomeReadyAsync(long said, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!IsReady(said))
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(start) > StartTimeout)
                throw new InvalidOperationException($"{Name} did not become ready; {Start.LogPath} says why.");
            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }

    private bool IsReady(long said)
    {
        if (!File.Exists(Start.LogPath)) return false;
        using var log = new FileStream(Start.LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(said, SeekOrigin.Begin);
        return new StreamReader(log).ReadToEnd().Contains(ReadyMark, StringComparison.Ordinal);
    }
}

/// <summary>What a process needs to be started.</summary>
/// <param name="Name">Of the role in this region.</param>
/// <param name="Program">The executable.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="Environment">Beside what this process has.</param>
/// <param name="LogPath">Where all that it says goes.</param>
/// <param name="Address">Where it answers: the public address of an edge, the health address of a worker.</param>
/// <param name="InternalAddress">An edge's internal address; null for workers.</param>
internal sealed record RoleStart(
    string Name, string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment,
    string LogPath, Uri Address, Uri? InternalAddress)
{
    /// <summary>Where it runs.</summary>
    public EngineHost Host { get; init; } = EngineHost.Loopback;
}
