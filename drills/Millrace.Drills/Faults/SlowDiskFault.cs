using System.Globalization;
using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// A process's writes get so many operations a second of the disk that a folder lies on, by a group of the kernel's:
/// each flush takes a multiple of that. Not dead: only slow.
/// </summary>
internal sealed class SlowDiskFault(Target target, int writesPerSecond, string folder, TimeProvider time) : IFault
{
    private const string Root = "/sys/fs/cgroup/blkio";
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(100);
    private readonly string _group = Path.Combine(Root, $"millrace-drill-{Environment.ProcessId}-{target.Host.Name}");

    public string Name => string.Create(
        CultureInfo.InvariantCulture, $"the disk of {target.Name} does {writesPerSecond} writes a second");

    /// <exception cref="InvalidOperationException">This machine's kernel does not offer such groups here.</exception>
    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Root)) throw new InvalidOperationException($"{Root} is missing: no disk can be slowed.");
        Directory.CreateDirectory(_group);
        var device = (await Shell.RunAsync($"stat -c %Hd:%Ld {folder}")).Trim();
        await File.WriteAllTextAsync(
            Path.Combine(_group, "blkio.throttle.write_iops_device"),
            string.Create(CultureInfo.InvariantCulture, $"{device} {writesPerSecond}"), cancellationToken);
        await JoinAsync(_group, target.ProcessId().ToString(CultureInfo.InvariantCulture));
    }

    // A flush by a process of the same group shows how slow they are.
    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "flush");
        var start = time.GetTimestamp();
        await Shell.RunAsync(
            Engines.EngineHost.Loopback, "sh", "-c",
            $"echo $$ >{_group}/cgroup.procs && exec dd if=/dev/zero of={file} bs=512 count=1 oflag=sync status=none");
        var took = time.GetElapsedTime(start);
        File.Delete(file);
        return took < SlowFlush ? null : string.Create(
            CultureInfo.InvariantCulture, $"a flush takes {took.TotalMilliseconds:0} ms");
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await File.ReadAllLinesAsync(Path.Combine(_group, "cgroup.procs"), cancellationToken))
            await JoinAsync(Root, id);
        Directory.Delete(_group);
    }

    private static Task JoinAsync(string group, string process) =>
        File.WriteAllTextAsync(Path.Combine(group, "cgroup.procs"), process);
}
