using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// Every write and flush of a process is answered with an I/O error, while it runs on. Healed as an operator does:
/// the process is ended, the disk mounted anew, the process started.
/// </summary>
internal sealed class FailingDiskFault(Target target, HostDisk disk) : IFault
{
    public string Name => $"the disk of {target.Name} fails";

    public Task InjectAsync(CancellationToken cancellationToken)
    {
        disk.Cut();
        return Task.CompletedTask;
    }

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        if (await disk.IsWritableAsync()) return null;
        return "a write is answered with an I/O error; " + (target.Runs ? "its process runs" : "its process ended");
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        if (target.Runs) await target.KillAsync();
        await disk.MendAsync();
        await target.StartAsync(cancellationToken);
    }
}
