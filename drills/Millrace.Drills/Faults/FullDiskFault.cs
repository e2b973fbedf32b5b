using System.Globalization;
using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// Others take all the room of a process's disk. Healed by giving it back; a process that has ended of it is started.
/// </summary>
internal sealed class FullDiskFault(Target target, HostDisk disk) : IFault
{
    // What has no room any more may take away files of its own: less than a journal or a log needs is left to it.
    private const long Nothing = 8 << 20;

    public string Name => $"the disk of {target.Name} is full";

    public Task InjectAsync(CancellationToken cancellationToken) => disk.FillAsync();

    public Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var free = disk.Free;
        var state = target.Runs ? "its process runs" : "its process ended";
        return Task.FromResult(
            free > Nothing ? null : string.Create(CultureInfo.InvariantCulture, $"{free} bytes are free; {state}"));
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        disk.Empty();
        if (!target.Runs) await target.StartAsync(cancellationToken);
    }
}
