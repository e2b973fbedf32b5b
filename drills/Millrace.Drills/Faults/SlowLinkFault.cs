using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Drills.Hosts;
using Millrace.Engines;

namespace Millrace.Drills.Faults;

/// <summary>A host sends no faster than so many kilobits a second; what waits too long is dropped.</summary>
internal sealed partial class SlowLinkFault(EngineHost host, int kilobits) : IFault
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{host.Name} sends at {kilobits} kbit/s");

    public Task InjectAsync(CancellationToken cancellationToken) => Shell.RunAsync(
        host, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate",
        FormattableString.Invariant($"{kilobits}kbit"), "burst", "16kb", "latency", "2s");

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var said = await Shell.RunAsync(host, "tc", "-s", "qdisc", "show", "dev", "eth0");
        var held = long.Parse(Overlimits().Match(said).Groups[1].Value, CultureInfo.InvariantCulture);
        return held > 0 ? string.Create(CultureInfo.InvariantCulture, $"{held} packets held up") : null;
    }

    public Task HealAsync(CancellationToken cancellationToken) =>
        Shell.RunAsync(host, "tc", "qdisc", "del", "dev", "eth0", "root");

    [GeneratedRegex("overlimits ([0-9]+)")]
    private static partial Regex Overlimits();
}
