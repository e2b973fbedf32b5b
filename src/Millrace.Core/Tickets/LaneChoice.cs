using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tickets;

/// <summary>Which lane an image takes whose caller waits, and how soon an image is done. Pure.</summary>
public static class LaneChoice
{
    /// <summary>Above this many pixels a source is slow whatever becomes of it: about 0.3 s here for a JPEG.</summary>
    public const long QuickPixelsMax = 25_000_000;

    /// <summary>Up to this many pixels a source may be brief.</summary>
    public const long BriefPixelsMax = QuickPixelsMax / 2;

    /// <summary>Up to this many pixels a result may be brief.</summary>
    public const long BriefResultPixelsMax = 1_000_000;

    /// <summary>
    /// Whether an image is done so soon that quick work may wait for it, even when it is in a slow lane.
    /// </summary>
    /// <param name="source">What the source claims to be.</param>
    /// <param name="transform">Its format is not auto.</param>
    public static bool IsBrief(ImageHeader source, Transform transform) =>
        Of(source, transform) == Lane.Interactive
        && source.Format != ImageFormat.Avif
        && source.PixelsPerFrame <= BriefPixelsMax
        && Geometry.ResultSize(transform, source.Width, source.Height).Pixels <= BriefResultPixelsMax
        && Geometry.ResultSize(transform, source.Height, source.Width).Pixels <= BriefResultPixelsMax;

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
