using System.CommandLine;
using System.Globalization;
using Millrace.Bench.Kernels;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Worker.Kernels;

namespace Millrace.Bench.Encoders;

/// <summary>What each format costs and gives, by quality and effort: the ground of EncodingDefaults.</summary>
internal static class EncodersCommand
{
    private const int WholePhotos = 12;
    private const int BriefPhotos = 3;
    private static readonly int[] Widths = [300, 1024];

    private static readonly Option<int?> Photos =
        BenchOptions.Count("--photos", "JPEGs of the corpus, spread over it", WholePhotos, BriefPhotos);

    /// <summary>The first quality is tried with every effort, the others with the default effort.</summary>
    private static readonly (ImageFormat Format, int?[] Qualities, int?[] Efforts)[] Trials =
    [
        (ImageFormat.Jpeg, [80, 70, 75, 85], [0, 3, 7]),
        (ImageFormat.Webp, [79, 70, 75, 85], [0, 2, 3, 5, 6]),
        (ImageFormat.Avif, [60, 45, 50, 55], [0, 1, 2]),
        (ImageFormat.Png, [null], [1, 3, 6, 9]),
        (ImageFormat.Gif, [null], [0, 3, 6, 9]),
        (ImageFormat.Tiff, [null], [null]),
    ];

    public static Command Create()
    {
        const string Text = "Time, bytes and likeness of every format by quality and effort.";
        var command = new Command("encoders", Text) { Photos };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var count = BenchOptions.Get(parsed, Photos, WholePhotos, BriefPhotos);
        var places = new Places(BenchOptions.RootOf(parsed));
        var all = Photo.Jpegs(places);
        var photos = Enumerable.Range(0, count).Select(i => all[i * all.Count / count]).ToList();
        BenchOptions.PrintTitle("Encoders", $"encoders --photos {count}");
        Console.Out.WriteLine(
            "One kernel, native. ms: CPU of the whole conversion. SSIM: mean likeness of the luminance to the same "
            + "result as PNG. Bold: the default.\n");
        await using var kernel =
            await Lane.StartKernelAsync(places.NativeKernel, TimeProvider.System, cancellationToken);
        foreach (var width in Widths)
        {
            await CompareAsync(kernel, photos, width, cancellationToken);
        }
    }

    private static async Task CompareAsync(
        KernelProcess kernel, List<Photo> photos, int width, CancellationToken cancellationToken)
    {
        Console.Out.WriteLine($"{width} wide:\n");
        var table = new Table("format", "quality", "effort", "ms/image", "KB", "SSIM");
        var exact = await ConvertAllAsync(kernel, photos, width, "&format=png");
        foreach (var (format, quality, effort) in Trials.SelectMany(Settings))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cpu = ProcessFigures.Read(kernel.ProcessId)!.Own;
            var results = await ConvertAllAsync(kernel, photos, width, Query(format, quality, effort));
            cpu = ProcessFigures.Read(kernel.ProcessId)!.Own - cpu;
            var abilities = EncodingDefaults.Abilities(format);
            var mark = quality == abilities.Quality && effort == abilities.Effort ? "**" : "";
            table.Add(
                mark + format.Name() + mark, $"{quality}", $"{effort}", cpu.TotalMilliseconds / photos.Count,
                results.Average(result => result.Length / 1000.0), Ssim(results, exact));
        }
        table.Print();
    }

    private static IEnumerable<(ImageFormat Format, int? Quality, int? Effort)> Settings(
        (ImageFormat Format, int?[] Qualities, int?[] Efforts) trial) =>
    [
        .. trial.Efforts.Select(effort => (trial.Format, trial.Qualities[0], effort)),
        .. trial.Qualities.Skip(1)
            .Select(quality => (trial.Format, quality, EncodingDefaults.Abilities(trial.Format).Effort)),
    ];

    private static string Query(ImageFormat format, int? quality, int? effort) =>
        $"&format={format.Name()}"
        + (quality is null ? "" : $"&quality={quality}")
        + (effort is null ? "" : $"&effort={effort}");

    private static async Task<List<byte[]>> ConvertAllAsync(
        KernelProcess kernel, List<Photo> photos, int width, string query)
    {
        var transform = TransformParser.Parse($"width={width}{query}").Transform
            ?? throw new InvalidOperationException($"'{query}' is no transform.");
        var results = new List<byte[]>();
        foreach (var photo in photos)
        {
            results.Add(await Lane.ConvertAsync(kernel, photo, transform));
        }
        return results;
    }

    private static string Ssim(List<byte[]> results, List<byte[]> exact) =>
        results.Zip(exact, Likeness.Ssim).Average().ToString("0.0000", CultureInfo.InvariantCulture);
}
