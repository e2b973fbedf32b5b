using Millrace.Core.Images;

namespace Millrace.Bench;

/// <summary>Width and height of a result: who gives other ones has done other work.</summary>
internal readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>libvips rounds the height that it was not told after its decoder has scaled; we say it ourselves.</summary>
    private const int RoundingMax = 1;

    public static PixelSize Of(byte[] encoded)
    {
        var header = HeaderProbe.Read(encoded).Header ?? throw new InvalidOperationException("A result is no image.");
        return new PixelSize(header.Width, header.Height);
    }

    public void RequireLike(PixelSize other, string whose)
    {
        if (Math.Abs(Width - other.Width) > RoundingMax || Math.Abs(Height - other.Height) > RoundingMax)
            throw new InvalidOperationException($"{whose}: {this} instead of {other}");
    }
}
