using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Conversions;

/// <summary>Whether a source may be converted, decided from its header before anything decodes it. Pure.</summary>
public static class SourceCheck
{
    /// <summary>
    /// Holds a source against the limits, in this order: bytes, type, pixels (of a frame, then of all used frames),
    /// frames, scans. The first that does not hold is the answer.
    /// </summary>
    /// <param name="source">The whole encoded image.</param>
    /// <param name="transform">
    /// The limits on frames apply to no more than it works on, so the first frame of an animation of any length may be
    /// taken.
    /// </param>
    /// <param name="limits">What is allowed.</param>
    public static SourceVerdict Check(ReadOnlySpan<byte> source, Transform transform, ImageLimits limits) =>
        CheckBytes(source, transform.FramesUsedMax, limits);

    /// <summary>As the other, where the number of frames is known without a transform.</summary>
    /// <param name="source">The whole encoded image.</param>
    /// <param name="framesUsedMax">How many frames are worked on at most, at least 1.</param>
    /// <param name="limits">What is allowed.</param>
    public static SourceVerdict Check(ReadOnlySpan<byte> source, int framesUsedMax, ImageLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesUsedMax, 1);
        return CheckBytes(source, _ => framesUsedMax, limits);
    }

    private static SourceVerdict CheckBytes(
        ReadOnlySpan<byte> source, Func<ImageFormat, int> framesUsedMax, ImageLimits limits)
    {
        if (source.Length > limits.BytesMax)
        {
            return new(null, ConversionFailure.TooManyBytes,
                Text($"The image has {source.Length:N0} bytes; at most {limits.BytesMax:N0} are allowed."));
        }
        var probed = HeaderProbe.Read(source);
        return probed.Header is { } header
            ? Check(header, framesUsedMax(header.Format), limits)
            : new(null, FailureOf(probed.Failure), probed.Reason);
    }

    /// <summary>Holds a header that is known already against the limits on pixels, frames and scans.</summary>
    /// <param name="header">What the image is.</param>
    /// <param name="framesUsedMax">How many frames the transform works on at most, at least 1.</param>
    /// <param name="limits">What is allowed.</param>
    public static SourceVerdict Check(ImageHeader header, int framesUsedMax, ImageLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesUsedMax, 1);
        var frames = Math.Min(header.Frames, framesUsedMax);
        if (header.PixelsPerFrame > limits.PixelsMax) return TooManyPixels(header, limits);
        if (header.PixelsOf(frames) > limits.PixelsAllFramesMax) return TooManyPixelsInAll(header, frames, limits);
        if (frames > limits.FramesMax)
        {
            return new(header, ConversionFailure.TooManyFrames,
                Text($"The image has {frames:N0} frames; at most {limits.FramesMax:N0} are allowed."));
        }
        return header.Scans > limits.ScansMax
            ? new(header, ConversionFailure.TooManyScans,
                Text($"The JPEG has {header.Scans:N0} scans; at most {limits.ScansMax:N0} are allowed."))
            : new(header, null, "");
    }

    private static SourceVerdict TooManyPixels(ImageHeader header, ImageLimits limits) =>
        TooManyPixels(header, "", header.PixelsPerFrame, limits.PixelsMax);

    private static SourceVerdict TooManyPixelsInAll(ImageHeader header, int frames, ImageLimits limits) =>
        TooManyPixels(header, Text($"{frames:N0} × "), header.PixelsOf(frames), limits.PixelsAllFramesMax);

    private static SourceVerdict TooManyPixels(ImageHeader header, string frames, long pixels, long pixelsMax)
    {
        var found = $"{frames}{header.Width} × {header.Height} is {Millions(pixels)} pixels";
        return new(header, ConversionFailure.TooManyPixels,
            $"{found}; at most {Millions(pixelsMax)} are allowed.");
    }

    private static ConversionFailure FailureOf(ProbeFailure? failure) => failure switch
    {
        ProbeFailure.Empty => ConversionFailure.Empty,
        ProbeFailure.UnsupportedFormat => ConversionFailure.UnsupportedFormat,
        _ => ConversionFailure.Damaged,
    };

    /// <summary>
    /// Millions with one digit; whole numbers below one million, so that small limits do not read as 0.0.
    /// </summary>
    private static string Millions(long pixels) =>
        pixels < 1_000_000 ? Text($"{pixels:N0}") : Text($"{pixels / 1_000_000.0:N1} million");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>What <see cref="SourceCheck"/> found.</summary>
/// <param name="Header">What the source claims to be; null when it could not be read or has too many bytes.</param>
/// <param name="Failure">Why it may not be converted; null when it may.</param>
/// <param name="Reason">
/// One sentence for the caller that names what was found and what is allowed; empty when it may be converted.
/// </param>
public readonly record struct SourceVerdict(ImageHeader? Header, ConversionFailure? Failure, string Reason);
