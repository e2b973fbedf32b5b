using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Bench.Decodes;

/// <summary>The transforms of a job over one source, as the kernel makes them and of shared decodes.</summary>
internal sealed class Decoding(byte[] source, ImageFormat format)
{
    private const string Strict = "fail_on=warning";

    // See Source.DecoderShrink of the kernel.
    private const double ReserveMin = 1.25;

    private readonly (int Width, int Height) _sides = SidesOf(source);

    public ImageFormat Format => format;

    /// <summary>Each decoded for itself.</summary>
    public List<byte[]> Apart(IEnumerable<Wanted> wanted) => [.. wanted.Select(Alone)];

    /// <summary>Those that need the same pixels of the decoder made of one decode, in the order of the job.</summary>
    public List<byte[]> Shared(Wanted[] wanted)
    {
        var made = new Dictionary<Wanted, byte[]>();
        foreach (var group in Groups(wanted))
        {
            if (group.Count() == 1)
            {
                made[group.First()] = Alone(group.First());
                continue;
            }
            using var decoded = Decode(group.Key);
            using var held = decoded.CopyMemory();
            foreach (var one in group) made[one] = Encoded(Scaled(held, one), one);
        }
        return [.. wanted.Select(one => made[one])];
    }

    /// <summary>By what the decoder divides the sides: a JPEG's by what the result allows, others' not.</summary>
    public IEnumerable<IGrouping<int, Wanted>> Groups(IEnumerable<Wanted> wanted) => wanted.GroupBy(Shrink);

    /// <summary>With the encoder's defaults.</summary>
    public static byte[] Encode(Image image, ImageFormat format)
    {
        const int bits = 8;
        var abilities = EncodingDefaults.Abilities(format);
        var effort = abilities.Effort ?? 0;
        const Enums.ForeignKeep none = Enums.ForeignKeep.None;
        return format switch
        {
            ImageFormat.Jpeg => image.JpegsaveBuffer(
                q: abilities.Quality, keep: none,
                optimizeCoding: EncodingDefaults.JpegCoding(effort) != JpegCoding.Plain),
            ImageFormat.Png => image.PngsaveBuffer(compression: EncodingDefaults.PngCompression(effort), keep: none),
            ImageFormat.Webp => image.WebpsaveBuffer(
                q: abilities.Quality, effort: EncodingDefaults.WebpEffort(effort), keep: none),
            _ => image.HeifsaveBuffer(
                q: abilities.Quality, bitdepth: bits, compression: Enums.ForeignHeifCompression.Av1,
                effort: EncodingDefaults.AvifEffort(effort), keep: none),
        };
    }

    private byte[] Alone(Wanted wanted)
    {
        if (format != ImageFormat.Jpeg)
        {
            return Encoded(
                Image.ThumbnailBuffer(
                    source, wanted.Width, optionString: $"[{Strict}]", height: HeightOf(wanted),
                    size: Enums.Size.Force, noRotate: true),
                wanted);
        }
        using var decoded = Decode(Shrink(wanted));
        return Encoded(Scaled(decoded, wanted), wanted);
    }

    private Image Decode(int shrink) => Image.NewFromBuffer(
        source, shrink == 1 ? Strict : $"{Strict},shrink={shrink}", access: Enums.Access.Sequential);

    private Image Scaled(Image decoded, Wanted wanted) => format == ImageFormat.Jpeg
        ? decoded.Resize(
            (double)wanted.Width / decoded.Width, vscale: (double)HeightOf(wanted) / decoded.Height)
        : decoded.ThumbnailImage(
            wanted.Width, height: HeightOf(wanted), size: Enums.Size.Force, noRotate: true);

    private static byte[] Encoded(Image scaled, Wanted wanted)
    {
        using (scaled) return Encode(scaled, wanted.Format);
    }

    private int Shrink(Wanted wanted)
    {
        if (format != ImageFormat.Jpeg) return 1;
        var room = _sides.Width / (wanted.Width * ReserveMin);
        return room switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 };
    }

    private int HeightOf(Wanted wanted) => (int)Math.Round((double)wanted.Width * _sides.Height / _sides.Width);

    private static (int Width, int Height) SidesOf(byte[] encoded)
    {
        using var image = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential);
        return (image.Width, image.Height);
    }
}
