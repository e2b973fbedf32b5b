using System.Globalization;
using System.Text;
using Millrace.Region.Running;

namespace Millrace.Drills.Faults;

/// <summary>An edge or a worker starts anew with a wrong clock; healed by starting it with the right one.</summary>
internal sealed class ClockFault(RunningRegion region, string name, TimeSpan ahead) : IFault
{
    // Its log in JSON has the time of each line.
    private const string Stamp = "\"Timestamp\":\"";
    private RoleStart? _right;
    private long _said;

    public string Name => string.Create(
        CultureInfo.InvariantCulture, $"the clock of {name} is {ahead.TotalMinutes:0} minutes ahead");

    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        var role = Find();
        _right = role.Start;
        await role.StopAsync();
        _said = new FileInfo(_right.LogPath).Length;
        var environment = new Dictionary<string, string>(_right.Environment);
        foreach (var (key, value) in OtherClock.Ahead(ahead)) environment[key] = value;
        await region.RestartAsync(role, cancellationToken, _right with { Environment = environment });
    }

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var path = Find().Start.LogPath;
        await using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(_said, SeekOrigin.Begin);
        using var reader = new StreamReader(log, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellationToken);
        var at = text.LastIndexOf(Stamp, StringComparison.Ordinal) + Stamp.Length;
        var end = at < Stamp.Length ? -1 : text.IndexOf('"', at);
        if (end < 0) return null;
        var off = DateTimeOffset.Parse(text[at..end], CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();
        return off < ahead / 2 ? null : string.Create(
            CultureInfo.InvariantCulture, $"its log is {off.TotalMinutes:0} minutes ahead");
    }

    public Task HealAsync(CancellationToken cancellationToken) =>
        region.RestartAsync(Find(), cancellationToken, _right);

    private RoleProcess Find() => region.Edges.Concat(region.Workers).Single(role => role.Name == name);
}
