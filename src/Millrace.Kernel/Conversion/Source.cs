using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// A source whose header libvips has read, before a pixel is decoded. It is opened once where that will do: a JPEG at
/// once as small as its result needs it, going by the sides that the header probe found and libvips confirmed. Dispose
/// it after the pixels were read.
/// </summary>
internal sealed class Source : IDisposable
{
    /// <summary>
    /// How much larger than the result a JPEG is decoded at least. libvips' own thumbnail leaves 2, sharp and imgproxy
    /// 1; docs/adr/2026-11-23-jpeg-shrink.md has what each costs.
    /// </summary>
    private const double ReserveMin = 1.25;

    private const int DecoderShrinkMax = 8;
    private const int Upright = 1;
    private const int FirstTurned = 5;

    // Pins the bytes for libvips, which reads them where they are: disposed after the last pixel was read.
    private readonly NetVips.Source _encoded;
    private readonly int _shrink;
    private Image? _opened;

    private Source(
        NetVips.Source encoded, byte[] bytes, ImageHeader header, Image opened, int shrink, Transform transform,
        bool several)
    {
        (_encoded, Bytes, Format, _opened, _shrink) = (encoded, bytes, header.Format, opened, shrink);
        Frames = several ? Math.Max(1, opened.Height / opened.PageHeight) : 1;
        Orientation = transform.AutoOrient && Frames == 1 ? OrientationOf(opened) : Upright;
        NeedsTransform = Colors.NeedTransform(opened, transform);
        var (width, height) = shrink == 1 ? (opened.Width, opened.Height / Frames) : (header.Width, header.Height);
        (Width, Height) = Orientation >= FirstTurned ? (height, width) : (width, height);
    }

    /// <summary>The encoded image.</summary>
    public byte[] Bytes { get; }

    public ImageFormat Format { get; }

    /// <summary>Width once upright.</summary>
    public int Width { get; }

    /// <summary>Height of one frame once upright.</summary>
    public int Height { get; }

    /// <summary>Frames that will be decoded.</summary>
    public int Frames { get; }

    /// <summary>EXIF orientation to apply, 1 to 8; 1 where it is not to be applied.</summary>
    public int Orientation { get; }

    /// <summary>Whether an ICC transform has to bring the colours into sRGB.</summary>
    public bool NeedsTransform { get; }

    public bool IsOriented => Orientation != Upright;

    /// <summary>Every decoding error counts: a picture that is half there is no picture.</summary>
    public string LoadOptions => Options(Frames);

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">The encoded image; not to be changed until this is disposed.</param>
    /// <param name="header">What the probe found in it.</param>
    /// <param name="transform">What it is read for.</param>
    /// <param name="framesUsed">Frames that the transform works on at most.</param>
    public static Source Open(byte[] bytes, ImageHeader header, Transform transform, int framesUsed)
    {
        var several = header.Format is ImageFormat.Gif or ImageFormat.Webp && framesUsed > 1;
        var options = Options(several ? framesUsed : 1);
        var shrink = ExpectedShrink(header, transform);
        var encoded = NetVips.Source.NewFromMemory(bytes);
        Image? image = null;
        try
        {
            image = Load(encoded, options, shrink);
            // Where libvips sees other sides than the probe, its own count, and it has to tell them whole.
            if (shrink > 1 && (image.Width, image.Height) != (header.Width / shrink, header.Height / shrink))
            {
                image.Dispose();
                shrink = 1;
                image = Load(encoded, options, shrink);
            }
            return new Source(encoded, bytes, header, image, shrink, transform, several);
        }
        catch
        {
            image?.Dispose();
            encoded.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The image for one pass from top to bottom; of a JPEG, divided as far as a result of these sides allows. The
    /// caller disposes it.
    /// </summary>
    /// <param name="width">Of the result, upright.</param>
    /// <param name="height">Of the result, upright.</param>
    public Image Read(int width, int height)
    {
        var shrink = DecoderShrink(Format, (Width, Height), (width, height));
        if (shrink != _shrink || _opened is not { } opened) return Load(_encoded, LoadOptions, shrink);
        _opened = null;
        return opened;
    }

    public void Dispose()
    {
        _opened?.Dispose();
        _encoded.Dispose();
    }

    private static string Options(int frames) => frames > 1 ? $"fail_on=warning,n={frames}" : "fail_on=warning";

    private static Image Load(NetVips.Source encoded, string options, int shrink) => Image.NewFromSource(
        encoded, shrink == 1 ? options : $"{options},shrink={shrink}", access: Enums.Access.Sequential);

    /// <summary>
    /// As though the image stood upright: where it does not, the sides may ask for another, and it is opened again.
    /// </summary>
    private static int ExpectedShrink(ImageHeader header, Transform transform)
    {
        if (transform.Trim is not null || transform.Crop is not null) return 1;
        var scaled = Scaler.PlanUpright(transform, header.Width, header.Height).Sides;
        return DecoderShrink(header.Format, (header.Width, header.Height), scaled);
    }

    /// <summary>By what the JPEG decoder itself can divide both sides: 1, 2, 4 or 8; 1 for other formats.</summary>
    private static int DecoderShrink(ImageFormat format, (int Width, int Height) from, (int Width, int Height) to)
    {
        if (format != ImageFormat.Jpeg) return 1;
        var room = Math.Min((double)from.Width / to.Width, (double)from.Height / to.Height) / ReserveMin;
        var shrink = DecoderShrinkMax;
        while (shrink > 1 && shrink > room) shrink /= 2;
        return shrink;
    }

    private static int OrientationOf(Image image) =>
        image.Contains("orientation") && image.Get("orientation") is int orientation ? orientation : Upright;
}
