using System.Diagnostics;
using System.Net.Sockets;

namespace Millrace.Engines.Swift;

/// <summary>One process of a Swift cluster, and the harm that can be done to it.</summary>
public sealed class SwiftServer
{
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(50);
    private const int LogTailCharacters = 2_000;

    private readonly ProcessStartInfo _start;
    private readonly IReadOnlyList<int> _ports;
    private readonly string _log;
    private readonly EngineThread _thread;
    private Process? _process;

    internal SwiftServer(
        ProcessStartInfo start, EngineHost host, IReadOnlyList<int> ports, string log, EngineThread thread) =>
        (_start, Host, _ports, _log, _thread) = (host.Enter(start), host, ports, log, thread);

    /// <summary>Where it runs.</summary>
    public EngineHost Host { get; }

    /// <summary>Its process; of the last one when it does not run.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public int ProcessId => (_process ?? throw new InvalidOperationException("It was not started.")).Id;

    /// <summary>Starts it, again after a kill, and waits until it takes connections.</summary>
    /// <exception cref="InvalidOperationException">It ended while starting.</exception>
    /// <exception cref="TimeoutException">Cancelled before it took connections.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = await _thread.StartAsync(_start, _log);
        try
        {
            foreach (var port in _ports)
            {
                while (!await TakesAsync(port, cancellationToken))
                {
                    if (_process.HasExited) throw new InvalidOperationException($"It ends while starting. {LogTail()}");
                    await Task.Delay(Knock, TimeProvider.System, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"It is not up. {LogTail()}", exception);
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

    /// <summary>Has it run again: goes on when it was stopped, starts when it is gone.</summary>
    internal async Task MendAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasExited: false }) Resume();
        else await StartAsync(cancellationToken);
    }

    /// <summary>Kills it when it runs.</summary>
    internal async Task EndAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
    }

    private async Task<bool> TakesAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(Host.Address, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string LogTail()
    {
        var log = File.Exists(_log) ? File.ReadAllText(_log) : "It has written no log.";
        return $"The end of its log:\n{log[^Math.Min(log.Length, LogTailCharacters)..]}";
    }
}
