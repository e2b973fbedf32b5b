namespace Millrace.Core.Transforms;

/// <summary>The three sizes that an image passes through from scaling to padding. All are at least 1.</summary>
/// <param name="ScaledWidth">Width that the whole (cropped, rotated) image is scaled to.</param>
/// <param name="ScaledHeight">Height that the whole image is scaled to.</param>
/// <param name="CropWidth">Width kept of it, placed by gravity; at most <paramref name="ScaledWidth"/>.</param>
/// <param name="CropHeight">Height kept of it; at most <paramref name="ScaledHeight"/>.</param>
/// <param name="CanvasWidth">Width after extension, before padding; at least <paramref name="CropWidth"/>.</param>
/// <param name="CanvasHeight">Height after extension, before padding; at least <paramref name="CropHeight"/>.</param>
public sealed record ScalePlan(
    int ScaledWidth, int ScaledHeight, int CropWidth, int CropHeight, int CanvasWidth, int CanvasHeight);
