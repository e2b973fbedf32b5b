namespace Millrace.Core.Transforms;

/// <summary>An image laid over the result.</summary>
/// <param name="Source">
/// <c>upload</c>: the part named watermark of the same request; or <c>sha256:</c> and 64 hex digits of its bytes, which
/// is what the edge puts in place of upload so that equal text means equal pixels.
/// </param>
public sealed record Watermark(string Source)
{
    /// <summary>The source that stands for the watermark part of the same request.</summary>
    public const string Upload = "upload";

    /// <summary>What stands before the 64 hex digits, in lower case, of a source known by its bytes.</summary>
    public const string Sha256 = "sha256:";

    /// <summary>Where it stands on the result. Default centre; smart is not allowed.</summary>
    public Gravity Gravity { get; init; } = Gravity.Center;

    /// <summary>Opacity in percent, 1 to 100. Default 100.</summary>
    public int OpacityPercent { get; init; } = 100;

    /// <summary>
    /// Width of the watermark in percent of the result's width, 1 to 100; 0: its own size. Less where it does not fit.
    /// </summary>
    public int ScalePercent { get; init; }

    /// <summary>Distance from the edges that gravity names, in device pixels, 0 to 10,000. Default 0.</summary>
    public int Margin { get; init; }
}
