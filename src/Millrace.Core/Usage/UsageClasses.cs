using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Usage;

/// <summary>What of a conversion has a price of its own. Pure.</summary>
public static class UsageClasses
{
    /// <summary>The class of one conversion.</summary>
    /// <param name="source">What the source claims to be.</param>
    /// <param name="transform">Its format is not auto.</param>
    public static UsageClass Of(ImageHeader source, Transform transform)
    {
        if (Frames(source, transform) > 1) return UsageClass.Animation;
        return transform.ResultFormat(source.Format) == ImageFormat.Avif ? UsageClass.Avif : UsageClass.Standard;
    }

    /// <summary>How many of the source's frames a transform uses.</summary>
    public static int Frames(ImageHeader source, Transform transform) =>
        Math.Min(source.Frames, transform.FramesUsedMax(source.Format));
}
