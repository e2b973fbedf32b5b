using System.Globalization;
using CsCheck;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

/// <summary>Random query strings: most are good by themselves, some contradict themselves.</summary>
internal static class TransformGen
{
    private static readonly Gen<string> Percent =
        Gen.Int[0, 10_000].Select(n => (n / 100m).ToString(CultureInfo.InvariantCulture) + "%25");

    private static readonly Gen<string> Extent = Gen.Frequency((1, Whole(1, 3000)), (1, Percent));

    private static readonly Gen<string> Point = Gen.OneOf(
        Gen.OneOf("center", "north", "north-east", "east", "south-east"),
        Gen.OneOf("south", "south-west", "west", "north-west"),
        Gen.Select(Percent, Percent, (x, y) => $"{x},{y}"),
        Gen.OneOf("0%25,0%25", "50%25,50%25", "100%25,50%25", "50%25,33.3%25"));

    private static readonly Gen<string> Sha256 =
        Gen.Byte.Array[32].Select(bytes => "sha256:" + Convert.ToHexString(bytes));

    private static readonly Dictionary<string, Gen<string>> Values = new()
    {
        ["width"] = Whole(1, 5000),
        ["height"] = Whole(1, 5000),
        ["fit"] = Gen.OneOf("inside", "cover", "contain", "fill", "scale-down"),
        ["enlarge"] = Switch(),
        ["dpr"] = Gen.Int[10, 800].Select(n => (n / 100m).ToString(CultureInfo.InvariantCulture)),
        ["extend"] = Switch(),
        ["crop"] = Gen.OneOf(
            Gen.Select(Extent, Extent, (w, h) => $"{w},{h}"),
            Gen.Select(Extent, Extent, Extent, Extent, (x, y, w, h) => $"{x},{y},{w},{h}"),
            Gen.OneOf("100%25,100%25", "0,0%25,100%25,100%25", "0%25,10,100%25,100%25")),
        ["gravity"] = Gen.Frequency((4, Point), (1, Gen.Const("smart"))),
        ["auto-orient"] = Switch(),
        ["rotate"] = Gen.OneOf("0", "90", "180", "270"),
        ["flip"] = Gen.OneOf("none", "horizontal", "vertical", "both"),
        ["trim"] = Gen.OneOf(Whole(1, 255), Gen.OneOf("true", "false")),
        ["padding"] = Gen.OneOf(Whole(0, 20), Whole(0, 2).Array[2].Select(Joined), Whole(0, 2).Array[4].Select(Joined)),
        ["background"] = Gen.OneOf("transparent", "fff", "%230a0B", "123456", "#12345600", "12345678", "ABCDEFFF"),
        ["blur"] = Gen.OneOf("0", "0.3", "1.50", "100", "2.25"),
        ["sharpen"] = Gen.OneOf("0.0", "0.3", "10.00", "7.1"),
        ["pixelate"] = Gen.OneOf("0", "2", "1000"),
        ["grayscale"] = Switch(),
        ["watermark"] = Gen.OneOf(Gen.Const("upload"), Sha256),
        ["watermark-gravity"] = Point,
        ["watermark-opacity"] = Whole(1, 100),
        ["watermark-scale"] = Whole(1, 100),
        ["watermark-margin"] = Whole(0, 50),
        ["format"] = Gen.OneOf("jpeg", "jpg", "png", "webp", "avif", "gif", "tiff", "tif", "auto"),
        ["quality"] = Whole(1, 100),
        ["progressive"] = Switch(),
        ["lossless"] = Switch(),
        ["effort"] = Whole(0, 9),
        ["metadata"] = Gen.OneOf("strip", "copyright", "keep"),
        ["color"] = Gen.OneOf("srgb", "keep"),
        ["animation"] = Gen.OneOf("keep", "first"),
        ["frames"] = Whole(1, 4),
    };

    /// <summary>The names that have values here, which are to be all there are.</summary>
    public static IEnumerable<string> Names => Values.Keys;

    /// <summary>Names that go together, so that many queries are good.</summary>
    private static readonly Gen<string[]> Company = Gen.OneOf<string[]>(
        [], ["width"], ["width", "height"], ["width", "height", "fit", "gravity"], ["crop", "gravity"],
        ["watermark", "watermark-gravity"], ["format"]);

    /// <summary>A query of up to ten different parameters, each allowed by itself.</summary>
    public static Gen<string> Query { get; } =
        from company in Company
        from picks in Gen.OneOf([.. Values.Keys]).Array[0, 6]
        from parts in Together(company.Union(picks).Select(name => Values[name].Select(value => $"{name}={value}")))
        select string.Join('&', parts);

    /// <summary>Transforms as the parser gives them.</summary>
    public static Gen<Transform> Transforms { get; } =
        Query.Select(query => TransformParser.Parse(query).Transform).Where(t => t is not null).Select(t => t!);

    private static Gen<string[]> Together(IEnumerable<Gen<string>> gens) => gens.Aggregate(
        Gen.Const(Array.Empty<string>()), (all, next) => Gen.Select(all, next, (a, b) => (string[])[.. a, b]));

    private static Gen<string> Whole(int min, int max) =>
        Gen.Int[min, max].Select(n => n.ToString(CultureInfo.InvariantCulture));

    private static Gen<string> Switch() => Gen.OneOf("true", "false", "1", "0");

    private static string Joined(string[] parts) => string.Join(',', parts);
}
