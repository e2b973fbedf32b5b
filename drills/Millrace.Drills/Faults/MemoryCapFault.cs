using System.Globalization;
using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// A worker and its kernels get little more memory than they have, by a group of the kernel's, which kills among them
/// when that is used up; and a kernel is killed, as there is no room for another. Healed by lifting the cap; a worker
/// that was killed is started again.
/// </summary>
internal sealed class MemoryCapFault(Target target) : IFault
{
    private const string Root = "/sys/fs/cgroup/memory";

    // What they have already is not counted.
    private const long MoreBytes = 16 * 1024 * 1024;
    private readonly string _group = Path.Combine(Root, $"millrace-drill-{Environment.ProcessId}-{target.Name}");

    public string Name => string.Create(
        CultureInfo.InvariantCulture, $"{target.Name} gets {MoreBytes >> 20} MiB of memory more, and no further");

    /// <exception cref="InvalidOperationException">This machine's kernel does not offer such groups here.</exception>
    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Root)) throw new InvalidOperationException($"{Root} is missing: no cap can be set here.");
        Directory.CreateDirectory(_group);
        await WriteAsync("memory.limit_in_bytes", MoreBytes);
        foreach (var id in ProcessTree.Family(target.ProcessId())) await WriteAsync("cgroup.procs", id);
        if (ProcessTree.Children(target.ProcessId()) is not [var kernel, ..])
            throw new InvalidOperationException($"{target.Name} has no kernels.");
        await Shell.RunAsync(string.Create(CultureInfo.InvariantCulture, $"kill -KILL {kernel}"));
    }

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        const string killed = "oom_kill ";
        var control = await File.ReadAllLinesAsync(Path.Combine(_group, "memory.oom_control"), cancellationToken);
        var line = control.First(entry => entry.StartsWith(killed, StringComparison.Ordinal));
        var state = target.Runs ? "the worker runs" : "the worker among them";
        return line[killed.Length..] == "0" ? null : $"{line[killed.Length..]} processes were killed, {state}";
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        await WriteAsync("memory.limit_in_bytes", -1);
        foreach (var id in await File.ReadAllLinesAsync(Path.Combine(_group, "cgroup.procs"), cancellationToken))
            await File.WriteAllTextAsync(Path.Combine(Root, "cgroup.procs"), id, cancellationToken);
        Directory.Delete(_group);
        if (!target.Runs) await target.StartAsync(cancellationToken);
    }

    private Task WriteAsync(string file, long value) => File.WriteAllTextAsync(
        Path.Combine(_group, file), value.ToString(CultureInfo.InvariantCulture));
}
