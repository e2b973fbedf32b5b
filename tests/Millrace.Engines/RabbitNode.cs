using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Millrace.Engines;

/// <summary>One node of a cluster, and the harm that can be done to it.</summary>
public sealed class RabbitNode
{
    private static readonly TimeSpan ControlLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private const int StartsMax = 3;
    private const int TogetherSeconds = 30;
    private const int LogTailCharacters = 2_000;
    private const int SaidCharacters = 500;

    private readonly RabbitNodePlan _plan;
    private readonly EngineThread _thread;
    private Process? _process;
    private bool _isHarmed;
    private bool _hung;

    internal RabbitNode(RabbitNodePlan plan, EngineThread thread) => (_plan, _thread) = (plan, thread);

    /// <summary>Where it runs.</summary>
    public EngineHost Host => _plan.Host;

    /// <summary>Its Erlang name, <c>r1@localhost</c>.</summary>
    public string Name => _plan.Name;

    /// <summary>Where it speaks AMQP, at its host.</summary>
    public int Port => _plan.Port;

    /// <summary><c>amqp://user:password@127.0.0.1:port</c>.</summary>
    public Uri Address => _plan.Address;

    /// <summary>The broker's process; of the last one when it does not run.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public int ProcessId => (_process ?? throw new InvalidOperationException($"{Name} was not started.")).Id;

    /// <summary>
    /// Starts it, again after a kill, and waits until it takes connections. A broker that ends while starting is
    /// started again, as its service would be: 3.10.8 does when the others are at that moment starting too.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the node is left as it is.</param>
    /// <exception cref="InvalidOperationException">It ended while starting, each time, or runs already.</exception>
    /// <exception cref="TimeoutException">Cancelled, or two minutes over, before it took connections.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasExited: false }) throw new InvalidOperationException($"{Name} runs already.");
        using var limit = new CancellationTokenSource(StartLimit);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        for (var start = 1; !await TryStartAsync(linked.Token); start++)
        {
            if (start == StartsMax) throw new InvalidOperationException($"{Name} ends while starting. {LogTail()}");
        }
    }

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _isHarmed = true;
        Signals.Send(_process!, Signals.Kill);
        await _process!.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: alive and silent.</summary>
    public void Pause()
    {
        _hung = true;
        Signals.Send(_process!, Signals.Stop);
    }

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signals.Send(_process!, Signals.Continue);

    /// <summary>Runs rabbitmqctl on this node: one to three seconds.</summary>
    /// <returns>What it wrote to stdout.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    /// <exception cref="TimeoutException">It did not end within a minute.</exception>
    public Task<string> ControlAsync(params string[] rabbitmqctlArguments) =>
        RunAsync("rabbitmqctl", rabbitmqctlArguments);

    /// <summary>Runs another of the broker's own programs on this node, rabbitmq-queues for one.</summary>
    /// <returns>What it wrote to stdout.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    /// <exception cref="TimeoutException">It did not end within a minute.</exception>
    public Task<string> ToolAsync(string program, params string[] arguments) => RunAsync(program, arguments);

    /// <summary>Deletes all that it has on its disk, while it does not run.</summary>
    public void Wipe()
    {
        foreach (var folder in Directory.EnumerateDirectories(_plan.StorePath, Name + "*"))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Whether something was done to it, or it ended by itself, since it was last mended.</summary>
    internal bool IsHarmed => _isHarmed || NeedsStart;

    /// <summary>
    /// Whether it does not run, or hung: after longer than the others' net_ticktime it takes part again and yet knows
    /// nothing of queues that are made at another node, nor they of those made at it.
    /// </summary>
    internal bool NeedsStart => _hung || _process is null or { HasExited: true };

    /// <summary>Starts it, killed before when it runs.</summary>
    internal async Task StartAnewAsync(CancellationToken cancellationToken)
    {
        await EndAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>It is as if nothing had been done to it.</summary>
    internal void Mended() => (_isHarmed, _hung) = (false, false);

    /// <summary>What keeps it from knowing so many nodes of its cluster to run, itself among them.</summary>
    /// <returns>Null when it knows them all, at once or within half a minute.</returns>
    internal async Task<string?> ApartAsync(int nodes)
    {
        try
        {
            await ControlAsync(
                "await_online_nodes", nodes.ToString(CultureInfo.InvariantCulture),
                "--timeout", TogetherSeconds.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            return $"{Name} is apart: {exception.Message} {LogTail()}";
        }
    }

    /// <summary>Kills it when it runs.</summary>
    internal async Task EndAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
    }

    private async Task<string> RunAsync(string program, string[] arguments)
    {
        using var limit = new CancellationTokenSource(ControlLimit);
        using var control = Process.Start(_plan.Control(program, arguments))!;
        try
        {
            var output = control.StandardOutput.ReadToEndAsync(limit.Token);
            var error = control.StandardError.ReadToEndAsync(limit.Token);
            await control.WaitForExitAsync(limit.Token);
            if (control.ExitCode == 0) return await output;

            // It goes on for pages with what may be the reason; the broker's own log has it.
            var said = $"{await output}{await error}".Trim();
            throw new InvalidOperationException(
                $"{program} {arguments[0]}: {said[..Math.Min(said.Length, SaidCharacters)]} {LogTail()}");
        }
        catch (OperationCanceledException exception)
        {
            control.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {arguments[0]} did not end.", exception);
        }
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = await _thread.StartAsync(_plan.Server(), _plan.OutputPath);
        try
        {
            while (!await AnswersAsync(cancellationToken))
            {
                if (_process.HasExited) return false;
                await Task.Delay(Knock, TimeProvider.System, cancellationToken);
            }
            return true;
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"{Name} is not up. {LogTail()}", exception);
        }
    }

    // The listener opens last; the first frame of the handshake says that somebody is behind it.
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(_plan.Host.Address, Port, cancellationToken);
            var stream = socket.GetStream();
            await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellationToken);
            return await stream.ReadAsync(new byte[1], cancellationToken) == 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    private string LogTail()
    {
        var log = File.Exists(_plan.LogPath) ? File.ReadAllText(_plan.LogPath) : "It has written no log.";
        return $"The end of its log:\n{log[^Math.Min(log.Length, LogTailCharacters)..]}";
    }
}
