using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tickets;

/// <summary>Which lane an image takes whose caller waits. Pure.</summary>
public static class LaneChoice
{
    /// <summary>Above this many pixels a source is slow whatever becomes of it: about 0.3 s here for a JPEG.</summary>
    public const long QuickPixelsMax = 25_000_000;

    /// <summary>Interactive or heavy.</summary>
    /// <param name="source">What the source claims to be.</param>
    /// <param name="transform">Its format is not auto.</param>
    public static Lane Of(ImageHeader source, Transform transform)
    {
        var frames = Math.Min(source.Frames, transform.FramesUsedMax(source.Format));
        var isSlow = transform.ResultFormat(source.Format) == ImageFormat.Avif
            || frames > 1
            || source.PixelsPerFrame > QuickPixelsMax;
        return isSlow ? Lane.Heavy : Lane.Interactive;
    }
}
