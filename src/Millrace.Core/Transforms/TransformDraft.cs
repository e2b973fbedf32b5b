namespace Millrace.Core.Transforms;

/// <summary>A transform while its parameters are being read: what was written, before dpr and normal form.</summary>
internal sealed record TransformDraft
{
    public static TransformDraft Empty { get; } = new();

    /// <summary>Holds lengths as written, and never a watermark: that is beside it until it has a source.</summary>
    public Transform Transform { get; init; } = Transform.None;

    /// <summary>Device pixels in a pixel as written.</summary>
    public decimal Dpr { get; init; } = 1;

    /// <summary>Whether fit was written as scale-down.</summary>
    public bool ScaleDown { get; init; }

    /// <summary>Whether animation=first was written.</summary>
    public bool FirstFrame { get; init; }

    /// <summary>Source empty: none was written.</summary>
    public Watermark Watermark { get; init; } = new("");

    public bool HasBox => Transform.Width is not null || Transform.Height is not null;

    public bool HasWholeBox => Transform.Width is not null && Transform.Height is not null;

    /// <summary>The draft with its lengths in device pixels.</summary>
    public TransformDraft Folded() => Dpr == 1 ? this : this with
    {
        Transform = Transform with
        {
            Width = Transform.Width is { } width ? Device(width) : null,
            Height = Transform.Height is { } height ? Device(height) : null,
            Padding = Device(Transform.Padding),
        },
        Watermark = Watermark with { Margin = Device(Watermark.Margin) },
    };

    /// <summary>The transform in its normal form; the draft is free of contradictions.</summary>
    public Transform ToTransform()
    {
        var folded = Folded();
        return TransformNormal.Of(folded.Transform with
        {
            FramesMax = FirstFrame ? 1 : Transform.FramesMax,
            Watermark = Watermark.Source.Length > 0 ? folded.Watermark : null,
        });
    }

    private Padding Device(Padding p) => new(Device(p.Top), Device(p.Right), Device(p.Bottom), Device(p.Left));

    private int Device(int length) => (int)decimal.Round(length * Dpr, MidpointRounding.AwayFromZero);
}
