using Millrace.Bench.Kernels;
using Millrace.Bench.SideBySide;
using Millrace.Core.Conversions;

namespace Millrace.Bench.Identity;

/// <summary>
/// Two edges, one with something and one without, asked in turns: with a converter that answers at once, so that what
/// is left is HTTP and the edge's own work; and with kernels that convert photographs, which is what a request is.
/// </summary>
internal sealed class EdgePair(EdgePair.StartEdge with, EdgePair.StartEdge without, LoadGenerator load, int rounds)
{
    private const int EmptyRequests = 20_000;
    private const int PassesPerRound = 20;
    private const int Concurrency = 8;

    /// <summary>Starts one of the two.</summary>
    /// <param name="convert">Its converter; null: answers at once.</param>
    public delegate Task<BenchEdge> StartEdge(ConvertOrder? convert);

    /// <summary>Runs both ways and prints a table of each.</summary>
    public async Task RunAsync(Places places, CancellationToken cancellationToken)
    {
        Console.Out.WriteLine(FormattableString.Invariant(
            $"The edge in this process, {Concurrency} requests at a time, load from the same process.\n"));
        await MeasureAsync("answers at once", null, [BenchEdge.Picture], EmptyRequests, cancellationToken);
        var photos = Photo.Jpegs(places);
        using var meters = new BenchMeters();
        await using var kernels = await BenchKernels.StartAsync(places, meters, cancellationToken);
        await MeasureAsync(
            "native kernels", kernels.Convert, photos, photos.Count * PassesPerRound, cancellationToken);
    }

    private async Task MeasureAsync(
        string converter, ConvertOrder? convert, IReadOnlyList<Photo> photos, int requests,
        CancellationToken cancellationToken)
    {
        await using var first = await with(convert);
        await using var second = await without(convert);
        for (var round = -2; round < rounds; round++)
        {
            foreach (var edge in round % 2 == 0 ? new[] { first, second } : [second, first])
                await edge.RunAsync(load, photos, requests, Concurrency, isCounted: round >= 0, cancellationToken);
        }
        var figures = new Table("converter", "requests are", "requests/s", "to the other", "p50 ms", "its ratio");
        foreach (var edge in new[] { first, second })
        {
            figures.Add(
                converter, edge.Name, Figures.Median(edge.PerSecond), Figures.Ratio(edge.PerSecond, second.PerSecond),
                Figures.Median(edge.Milliseconds), Figures.Ratio(edge.Milliseconds, second.Milliseconds));
        }
        figures.Print();
    }
}
