using System.CommandLine;
using Millrace.Bench.Kernels;
using Millrace.Core.Images;
using NetVips;

namespace Millrace.Bench.Decodes;

/// <summary>
/// What a job of several transforms would save if one decode served all that may share it: the ground of
/// docs/adr/2026-11-30-a-decode-a-transform.md.
/// </summary>
internal static class DecodesCommand
{
    private const int WholeRounds = 9;
    private const int BriefRounds = 3;
    private const int Width = 4000;
    private const int Height = 3000;

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds, of which the median counts", WholeRounds, BriefRounds);

    /// <summary>Sizes of a page, those of a srcset, near ones; one size for whichever browser.</summary>
    private static readonly (string Name, Wanted[] Wanted)[] Jobs =
    [
        ("200, 800, 2000 wide", Webp(200, 800, 2000)),
        ("320, 640, 1280 wide", Webp(320, 640, 1280)),
        ("200, 300, 400 wide", Webp(200, 300, 400)),
        ("400 wide as WebP, JPEG, AVIF", Formats(400)),
        ("1200 wide as WebP, JPEG, AVIF", Formats(1200)),
    ];

    public static Command Create()
    {
        const string Text = "CPU of three transforms of one photograph, each with a decode of its own and shared.";
        var command = new Command("decodes", Text) { Rounds };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        BenchOptions.PrintTitle("Decodes", $"decodes --rounds {rounds}");
        PlainNetVips.Initialize();
        using var photo = Enlarged(Photo.Jpegs(new Places(BenchOptions.RootOf(parsed)))[0].Bytes);
        Console.Out.WriteLine(
            $"libvips in this process, one thread, a photograph of {Width} × {Height}. ms: CPU of the whole job, the "
            + "median. Shared: what needs the same decode of the same pixels is made of one, held in memory.\n");
        foreach (var format in (ImageFormat[])[ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif])
        {
            var table = new Table("source", "job", "decodes", "ms apart", "shared", "ms shared", "saved", "same bytes");
            var source = Decoding.Encode(photo, format);
            foreach (var (name, wanted) in Jobs) Compare(table, new Decoding(source, format), name, wanted, rounds);
            table.Print();
        }
        var bytes = Decoding.Encode(photo, ImageFormat.Jpeg);
        Console.Out.WriteLine($"One more transfer of its {bytes.Length / 1e6:0.0} MB over a Unix socket: "
            + $"{Median(rounds, () => Transfer.Send(bytes)):0.0} ms.");
    }

    private static void Compare(Table table, Decoding decoding, string name, Wanted[] wanted, int rounds)
    {
        var (apart, shared) = (decoding.Apart(wanted), decoding.Shared(wanted));
        var (msApart, msShared) = (Median(rounds, () => decoding.Apart(wanted)),
            Median(rounds, () => decoding.Shared(wanted)));
        var isSame = apart.Zip(shared).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        table.Add(
            decoding.Format.Name(), name, wanted.Length, msApart, decoding.Groups(wanted).Count(), msShared,
            $"{100 * (1 - (msShared / msApart)):0} %", isSame ? "yes" : "**no**");
    }

    private static double Median(int rounds, Action work)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            work();
            times.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }
        return times.Order().ElementAt(rounds / 2);
    }

    private static Image Enlarged(byte[] jpeg)
    {
        using var small = Image.NewFromBuffer(jpeg);
        using var large = small.ThumbnailImage(Width, height: Height, size: Enums.Size.Force, noRotate: true);
        return large.CopyMemory();
    }

    private static Wanted[] Webp(params int[] widths) =>
        [.. widths.Select(width => new Wanted(width, ImageFormat.Webp))];

    private static Wanted[] Formats(int width) =>
        [new(width, ImageFormat.Webp), new(width, ImageFormat.Jpeg), new(width, ImageFormat.Avif)];
}

/// <summary>One transform of a job.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Format">Of the result.</param>
internal sealed record Wanted(int Width, ImageFormat Format);
