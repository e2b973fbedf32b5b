namespace Millrace.Core.Transforms;

/// <summary>
/// What single values cannot show: parameters that contradict each other, or that could have no effect together. A
/// parameter given its default contradicts nothing. Where the format is not named (source or auto), an encoder's option
/// is taken, and used if the format has it.
/// </summary>
internal static class TransformContradictions
{
    private sealed record Rule(string Parameter, string Allowed, Func<TransformDraft, bool> Broken);

    private static readonly Rule[] Rules =
    [
        new("dpr", "dpr together with width, height, padding or watermark-margin",
            d => d.Dpr != 1 && !d.HasBox && d.Transform.Padding == default && d.Watermark.Margin == 0),
        new("dpr", $"a dpr that leaves width and height within 1 to {Transform.SideMax}, and padding and "
            + $"watermark-margin within 0 to {TransformValues.BorderMax}", d => !LengthsInRange(d.Folded())),
        new("fit", "cover, contain or fill with both width and height",
            d => d.Transform.Fit != Fit.Inside && !d.HasWholeBox),
        new("fit", "scale-down with width or height", d => d.ScaleDown && !d.HasBox),
        new("enlarge", "enlarge=true with width or height", d => d.Transform.Enlarge && !d.HasBox),
        new("enlarge", "enlarge=false with fit=scale-down, or fit=inside", d => d.Transform.Enlarge && d.ScaleDown),
        new("extend", "extend=true with width or height", d => d.Transform.Extend && !d.HasBox),
        new("gravity", "gravity with crop=W,H, fit=cover, fit=contain or extend=true",
            d => d.Transform.Gravity != Gravity.Center && !TransformNormal.UsesGravity(d.Transform)),
        WatermarkRule("watermark-gravity", w => w.Gravity != Gravity.Center),
        WatermarkRule("watermark-opacity", w => w.OpacityPercent != 100),
        WatermarkRule("watermark-scale", w => w.ScalePercent != 0),
        WatermarkRule("watermark-margin", w => w.Margin != 0),
        new("watermark-margin", "watermark-margin with a watermark-gravity that names an edge, for example south-east",
            d => d.Watermark.Margin != 0 && !TransformNormal.NamesEdge(d.Watermark.Gravity)),
        FormatRule("quality", "quality with jpeg, webp or avif",
            (t, has) => t.Quality is not null && has.Quality is null),
        FormatRule("quality", "quality without lossless=true",
            (t, has) => t.Quality is not null && t.Lossless && has.Lossless),
        FormatRule("progressive", "progressive=true with jpeg, png or gif",
            (t, has) => t.Progressive && !has.Progressive),
        FormatRule("lossless", "lossless=true with png, webp, avif or tiff",
            (t, has) => t.Lossless && !has.Lossless && !has.AlwaysLossless),
        FormatRule("effort", "effort with jpeg, png, webp, avif or gif",
            (t, has) => t.Effort is not null && has.Effort is null),
        new("frames", "frames=1 with animation=first, or animation=keep",
            d => d is { FirstFrame: true, Transform.FramesMax: > 1 }),
        new("frames", "frames=1, or more frames with webp or gif",
            d => d.Transform.FramesMax > 1 && TransformNormal.IsStill(d.Transform.Format)),
    ];

    /// <summary>The first contradiction in a draft; null: there is none.</summary>
    /// <param name="draft">Every value allowed by itself.</param>
    /// <param name="given">The values as the caller wrote them, by parameter.</param>
    public static TransformRefusal? Find(TransformDraft draft, IReadOnlyDictionary<string, string> given)
    {
        var broken = Array.Find(Rules, rule => rule.Broken(draft));
        return broken is null ? null : TransformRefusal.Of(broken.Parameter, given[broken.Parameter], broken.Allowed);
    }

    private static Rule WatermarkRule(string parameter, Func<Watermark, bool> isSet) =>
        new(parameter, $"{parameter} together with watermark",
            d => d.Watermark.Source.Length == 0 && isSet(d.Watermark));

    private static Rule FormatRule(string parameter, string allowed, Func<Transform, EncodingAbilities, bool> broken) =>
        new(parameter, allowed, d => TransformNormal.Explicit(d.Transform.Format) is { } format
            && broken(d.Transform, EncodingDefaults.Abilities(format)));

    private static bool LengthsInRange(TransformDraft d) =>
        InRange(d.Transform.Width) && InRange(d.Transform.Height) && InRange(d.Transform.Padding)
        && d.Watermark.Margin <= TransformValues.BorderMax;

    private static bool InRange(int? side) => side is null or (>= 1 and <= Transform.SideMax);

    private static bool InRange(Padding p) =>
        Math.Max(Math.Max(p.Top, p.Bottom), Math.Max(p.Left, p.Right)) <= TransformValues.BorderMax;
}
