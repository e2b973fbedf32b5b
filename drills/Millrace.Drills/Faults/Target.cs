using System.Globalization;
using Millrace.Drills.Hosts;
using Millrace.Engines;

namespace Millrace.Drills.Faults;

/// <summary>A process of the region that faults are made with.</summary>
/// <param name="Name">In the history.</param>
/// <param name="Host">Where it runs.</param>
/// <param name="ProcessId">Its process as it is now.</param>
/// <param name="KillAsync">kill -9.</param>
/// <param name="StartAsync">Starts it again after that, and waits until it is up.</param>
internal sealed record Target(
    string Name, EngineHost Host, Func<int> ProcessId, Func<Task> KillAsync, Func<CancellationToken, Task> StartAsync)
{
    /// <summary>Whether its process is there.</summary>
    public bool Runs => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId()}"));

    /// <summary>SIGSTOP: alive and silent.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string name) => await Shell.RunAsync(
        string.Create(CultureInfo.InvariantCulture, $"kill -{name} {ProcessId()}"));
}
