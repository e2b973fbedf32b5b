using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>A process and all its threads and children get a share of one core, by a group of the kernel's.</summary>
internal sealed class CpuCapFault(Target target, double share) : IFault
{
    private const string Root = "/sys/fs/cgroup/cpu";
    private const int PeriodMicroseconds = 100_000;
    private readonly string _group = Path.Combine(Root, $"millrace-drill-{Environment.ProcessId}-{target.Name}");

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{target.Name} has {share * 100:0} % of a core");

    /// <exception cref="InvalidOperationException">This machine's kernel does not offer such groups here.</exception>
    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Root)) throw new InvalidOperationException($"{Root} is missing: no cap can be set here.");
        Directory.CreateDirectory(_group);
        await WriteAsync("cpu.cfs_period_us", PeriodMicroseconds);
        await WriteAsync("cpu.cfs_quota_us", (int)(PeriodMicroseconds * share));
        foreach (var id in ProcessTree.Family(target.ProcessId())) await WriteAsync("cgroup.procs", id);
    }

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var stat = await File.ReadAllLinesAsync(Path.Combine(_group, "cpu.stat"), cancellationToken);
        var line = stat.First(entry => entry.StartsWith("nr_throttled ", StringComparison.Ordinal));
        var times = long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        return times > 0 ? string.Create(CultureInfo.InvariantCulture, $"held back {times} times") : null;
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await File.ReadAllLinesAsync(Path.Combine(_group, "cgroup.procs"), cancellationToken))
            await File.WriteAllTextAsync(Path.Combine(Root, "cgroup.procs"), id, cancellationToken);
        Directory.Delete(_group);
    }

    private Task WriteAsync(string file, int value) => File.WriteAllTextAsync(
        Path.Combine(_group, file), value.ToString(CultureInfo.InvariantCulture));
}
