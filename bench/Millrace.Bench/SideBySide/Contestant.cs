namespace Millrace.Bench.SideBySide;

/// <summary>A server and what its rounds came to.</summary>
internal sealed class Contestant(RunningServer server)
{
    private const double Megabyte = 1e6;

    private readonly List<double> _all = [];

    public string Name => server.Name;

    public List<double> PerSecond { get; } = [];

    public List<double> Median { get; } = [];

    public List<double> P99 { get; } = [];

    /// <summary>Server and children, milliseconds a request.</summary>
    public List<double> Cpu { get; } = [];

    public List<double> ResidentMegabytes { get; } = [];

    public List<double> ProportionalMegabytes { get; } = [];

    /// <summary>Over the requests of all rounds together.</summary>
    public double PooledP99 => Figures.Quantile(_all, 0.99);

    public double KilobytesOut { get; private set; }

    /// <summary>Runs until it is compiled and its memory has settled, and returns the sizes of all results.</summary>
    public async Task<IReadOnlyList<PixelSize>> WarmUpAsync(
        LoadGenerator load, IReadOnlyList<Photo> photos, int concurrency, CancellationToken cancellationToken)
    {
        const int Passes = 8;
        await load.RunAsync(Request(photos), photos.Count * Passes, concurrency, cancellationToken);
        var sizes = new List<PixelSize>();
        foreach (var photo in photos)
        {
            sizes.Add(PixelSize.Of(await load.ConvertAsync(server.Address, photo, cancellationToken)));
        }
        return sizes;
    }

    public async Task RunAsync(
        LoadGenerator load, IReadOnlyList<Photo> photos, int passes, int concurrency,
        CancellationToken cancellationToken)
    {
        var requests = photos.Count * passes;
        var cpu = ProcessFigures.CpuOf(server.ProcessId);
        var run = await load.RunAsync(Request(photos), requests, concurrency, cancellationToken);
        Cpu.Add((ProcessFigures.CpuOf(server.ProcessId) - cpu).TotalMilliseconds / requests);
        PerSecond.Add(run.PerSecond);
        Median.Add(Figures.Median(run.Milliseconds));
        P99.Add(Figures.Quantile(run.Milliseconds, 0.99));
        _all.AddRange(run.Milliseconds);
        KilobytesOut = run.BytesOut / 1000.0 / requests;
        var tree = ProcessFigures.Tree(server.ProcessId);
        ResidentMegabytes.Add(tree.Sum(process => process.ResidentBytes) / Megabyte);
        ProportionalMegabytes.Add(tree.Sum(process => process.ProportionalBytes()) / Megabyte);
    }

    private Func<int, (Uri, Photo)> Request(IReadOnlyList<Photo> photos) =>
        index => (server.Address, photos[index % photos.Count]);
}
