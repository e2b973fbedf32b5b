using System.Diagnostics;

namespace Millrace.Contracts.Objects;

/// <summary>Another process that uses a store, a command a line; killed when disposed.</summary>
public sealed class StoreProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    public StoreProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>Gives a command, and waits for the first line of its answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        await TellAsync(command);
        return await HearAsync() ?? throw new InvalidOperationException("It has ended; what it said is on stderr.");
    }

    /// <summary>Gives a command.</summary>
    public async Task TellAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next line; null when it has ended.</summary>
    public Task<string?> HearAsync() => _process.StandardOutput.ReadLineAsync().Within();

    /// <summary>Kills it with -9; what it has said can still be heard.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
