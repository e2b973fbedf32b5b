using Millrace.Region.Running;
using Millrace.Region.Watch;

namespace Millrace.Drills.Faults;

/// <summary>
/// Kills any worker to which a ticket of certain tenants is handed, as an image would that got out of its kernel; each
/// is started again at once, as its service would be.
/// </summary>
internal sealed class WorkerKiller(
    RunningRegion region, Func<string, Target> role, IReadOnlySet<string> tenants, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<string, long> _read = [];

    /// <summary>Workers that were killed.</summary>
    public int Killed { get; private set; }

    /// <summary>Watches what workers log of their tickets until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var worker in region.Workers) _read[worker.Name] = new FileInfo(worker.Start.LogPath).Length;
        while (!stop.IsCancellationRequested)
        {
            foreach (var name in region.Workers.Select(worker => worker.Name).ToList())
            {
                if (!HasPill(name)) continue;
                var worker = role(name);
                await worker.KillAsync();
                Killed++;
                await worker.StartAsync(CancellationToken.None);
            }
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    private bool HasPill(string name)
    {
        var path = region.Workers.Single(worker => worker.Name == name).Start.LogPath;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(_read[name], SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        // The last line may still be cut.
        var whole = text.LastIndexOf('\n') + 1;
        _read[name] += System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        return text[..whole].Split('\n').Select(TicketTrace.Read).OfType<TicketTrace>()
            .Any(trace => trace.Step is TicketStep.Leased && tenants.Contains(trace.Tenant));
    }
}
