using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Conversions;

/// <summary>
/// What a transform comes to for a source of a known format: the result's format, and how many frames are used.
/// </summary>
public static class FramesUsed
{
    /// <summary>The format of the result.</summary>
    /// <exception cref="ArgumentException">
    /// The format is <see cref="OutputFormat.Auto"/>, which the edge resolves first.
    /// </exception>
    public static ImageFormat ResultFormat(this Transform transform, ImageFormat source)
    {
        if (transform.Format == OutputFormat.Source) return source;
        return TransformNormal.Explicit(transform.Format)
            ?? throw new ArgumentException("The format auto must be resolved before.", nameof(transform));
    }

    /// <summary>Most frames of the source that are decoded: 1 unless the result can move.</summary>
    public static int FramesUsedMax(this Transform transform, ImageFormat source) =>
        transform.Format != OutputFormat.Auto && !transform.ResultFormat(source).HoldsAnimation()
            ? 1
            : transform.FramesMax ?? int.MaxValue;
}
