namespace Millrace.Core.Images;

/// <summary>
/// What <see cref="HeaderProbe"/> made of some bytes: a header, or a failure with its reason; never both.
/// </summary>
/// <param name="Header">What the bytes claim; null when it failed.</param>
/// <param name="Failure">Why there is none; null when there is one.</param>
/// <param name="Reason">One sentence for the caller, without internals; empty when there is a header.</param>
public readonly record struct ProbeOutcome(ImageHeader? Header, ProbeFailure? Failure, string Reason)
{
    /// <summary>A header, if its sides can be: sides of 0 pixels, or of more than an int holds, are damage.</summary>
    internal static ProbeOutcome Of(
        ImageFormat format, long width, long height, int frames = 1, bool progressive = false, int scans = 1) =>
        width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue
            ? Damaged($"The {format.Title()} header claims {width} × {height} pixels, which no image has.")
            : new(new(format, (int)width, (int)height, frames, progressive, scans), null, "");

    /// <summary>The type is one that is read, its header is not right.</summary>
    internal static ProbeOutcome Damaged(string reason) => new(null, ProbeFailure.Damaged, reason);

    /// <summary>The bytes end before the header does.</summary>
    internal static ProbeOutcome CutShort(ImageFormat format) =>
        Damaged($"The {format.Title()} data ends within its header.");

    /// <summary>The bytes are something else.</summary>
    internal static ProbeOutcome Unsupported(string what) =>
        new(null, ProbeFailure.UnsupportedFormat, $"{what} is not read; JPEG, PNG, WebP, AVIF, GIF and TIFF are.");
}

/// <summary>Why there is no header.</summary>
public enum ProbeFailure
{
    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>The bytes are of no format that is read; the reason names theirs where it is known.</summary>
    UnsupportedFormat,

    /// <summary>The header is cut short, contradicts itself or claims no pixels.</summary>
    Damaged,
}
