using System.Text;
using System.Text.Json;
using Millrace.Region.Running;

namespace Millrace.Drills.Faults;

/// <summary>
/// Kills any worker a kernel of which gets a picture of certain tenants, as an image would that got out of its kernel;
/// each is started again at once, as its service would be. Whom the queue merely hands a ticket lives on.
/// </summary>
internal sealed class WorkerKiller(
    RunningRegion region, Func<string, Target> role, IReadOnlySet<string> tenants, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<string, long> _read = [];
    private readonly StartReading _starts = new(tenants);

    /// <summary>Workers that were killed.</summary>
    public int Killed { get; private set; }

    /// <summary>Watches what edges log of tickets until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // Who is who stands before; what those tenants sent comes from now on.
        foreach (var edge in region.Edges) _ = NewLines(edge.Start.LogPath).Select(_starts.Hear).ToList();
        // A start takes seconds, in which others may get it.
        var starts = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            var lines = region.Edges.SelectMany(edge => NewLines(edge.Start.LogPath));
            foreach (var name in lines.Select(_starts.Hear).OfType<string>().Distinct().ToList())
            {
                var worker = role(name);
                await worker.KillAsync();
                Killed++;
                starts.Add(worker.StartAsync(CancellationToken.None));
            }
            await Task.Delay(Look, time, CancellationToken.None);
        }
        await Task.WhenAll(starts);
    }

    private string[] NewLines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(_read.GetValueOrDefault(path), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        // The last line may still be cut.
        var whole = text.LastIndexOf('\n') + 1;
        _read[path] = _read.GetValueOrDefault(path) + Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        return text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>Reads from edges' logs which worker's kernels get the pictures of certain tenants.</summary>
/// <param name="tenants">Whose.</param>
internal sealed class StartReading(IReadOnlySet<string> tenants)
{
    private readonly Dictionary<string, string> _names = [];
    private readonly HashSet<string> _jobs = [];

    /// <summary>Reads the next line.</summary>
    /// <returns>The worker's name, if the line says that a kernel of it gets such a picture.</returns>
    public string? Hear(string line)
    {
        if (!line.EndsWith('}')) return null;
        using var entry = JsonDocument.Parse(line);
        if (!entry.RootElement.TryGetProperty("State", out var state)) return null;
        if (Text(state, "Instance") is { } instance && Text(state, "Kernels") is not null)
            _names[instance] = Text(state, "Worker")!;
        if (Text(state, "Tenant") is { } tenant && tenants.Contains(tenant) && Text(state, "Job") is { } sent)
            _jobs.Add(sent);
        if (Text(state, "Step") != "Started" || !_jobs.Contains(Text(state, "Job")!)) return null;
        return _names[Text(state, "Worker")!];
    }

    private static string? Text(JsonElement state, string name) =>
        state.TryGetProperty(name, out var value) ? value.ToString() : null;
}
