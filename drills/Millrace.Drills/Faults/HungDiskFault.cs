using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>Every write and flush of a process waits until it is healed: the disk hangs, and does not fail.</summary>
internal sealed class HungDiskFault(Target target, HostDisk disk) : IFault
{
    private Task<bool>? _write;

    public string Name => $"the disk of {target.Name} hangs";

    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        await disk.FreezeAsync();
        _write = disk.IsWritableAsync();
    }

    public Task<string?> TraceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_write is { IsCompleted: false } ? "a write that was begun with it has not ended" : null);

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        await disk.ThawAsync();
        if (_write is not null) await _write;
    }
}
