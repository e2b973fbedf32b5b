using ImageMagick;
using Millrace.Core.Transforms;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>Plain pixels, as an independent decoder sees them: 8 bits of red, green, blue and alpha.</summary>
internal sealed class Raster(int width, int height, byte[] rgba)
{
    public int Width => width;

    public int Height => height;

    public byte[] Rgba => rgba;

    public Color this[int x, int y]
    {
        get
        {
            var at = ((y * width) + x) * 4;
            return new Color(rgba[at], rgba[at + 1], rgba[at + 2], rgba[at + 3]);
        }
    }

    /// <summary>The first frame of an encoded image.</summary>
    public static Raster Of(byte[] encoded)
    {
        using var image = new MagickImage(encoded);
        return Of(image);
    }

    public static Raster Of(IMagickImage<byte> image)
    {
        using var copy = image.Clone();
        if (copy.ColorSpace is ColorSpace.Gray or ColorSpace.LinearGray) copy.ColorSpace = ColorSpace.sRGB;
        using var pixels = copy.GetPixels();
        return new Raster((int)copy.Width, (int)copy.Height, pixels.ToByteArray(PixelMapping.RGBA)!);
    }

    /// <summary>Every frame of an animation as it is shown.</summary>
    public static IReadOnlyList<Raster> Frames(byte[] encoded)
    {
        using var frames = new MagickImageCollection(encoded);
        frames.Coalesce();
        return [.. frames.Select(Of)];
    }

    public static Raster Paint(int width, int height, Func<int, int, Color> color)
    {
        var rgba = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            var c = color(i % width, i / width);
            (rgba[i * 4], rgba[(i * 4) + 1], rgba[(i * 4) + 2], rgba[(i * 4) + 3]) = (c.Red, c.Green, c.Blue, c.Alpha);
        }
        return new Raster(width, height, rgba);
    }

    /// <summary>A random raster: no turn nor mirror of it looks like itself.</summary>
    public static Raster Noise(int width, int height, int seed = 1)
    {
        var random = new Random(seed);
        return Paint(width, height, (_, _) => new Color(Byte(), Byte(), Byte()));

        byte Byte() => (byte)random.Next(256);
    }

    public MagickImage ToMagick()
    {
        var image = new MagickImage();
        image.ReadPixels(rgba, new PixelReadSettings((uint)width, (uint)height, StorageType.Char, PixelMapping.RGBA));
        image.ColorSpace = ColorSpace.sRGB;
        return image;
    }

    public byte[] Encode(MagickFormat format, uint quality = 95)
    {
        using var image = ToMagick();
        image.Quality = quality;
        return image.ToByteArray(format);
    }

    public byte[] Png() => Encode(MagickFormat.Png32);

    public Raster Crop(int x, int y, int cropWidth, int cropHeight) =>
        Paint(cropWidth, cropHeight, (column, row) => this[x + column, y + row]);

    /// <summary>Mean difference of a channel, alpha included, 0 to 255.</summary>
    public double Error(Raster other)
    {
        Assert.Equal((other.Width, other.Height), (width, height));
        return rgba.Zip(other.Rgba, (a, b) => (double)Math.Abs(a - b)).Average();
    }

    /// <summary>Mean of the brightness, 0 to 255, of what is opaque.</summary>
    public double Mean() => Luminance().Average();

    /// <summary>Standard deviation of the brightness.</summary>
    public double Deviation()
    {
        var mean = Mean();
        return Math.Sqrt(Luminance().Average(value => (value - mean) * (value - mean)));
    }

    /// <summary>Mean difference between neighbours in a row: how sharp it is.</summary>
    public double Sharpness()
    {
        var light = Luminance();
        var inner = Enumerable.Range(0, light.Length).Where(i => i % width > 0);
        return inner.Average(i => Math.Abs(light[i] - light[i - 1]));
    }

    private double[] Luminance() => [.. Enumerable.Range(0, width * height).Select(i =>
        (0.2126 * rgba[i * 4]) + (0.7152 * rgba[(i * 4) + 1]) + (0.0722 * rgba[(i * 4) + 2]))];
}
