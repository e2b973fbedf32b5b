namespace Millrace.Core.Transforms;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">Left edge, from the left of what it stands in.</param>
/// <param name="Y">Top edge, from the top of what it stands in.</param>
/// <param name="Width">At least 1.</param>
/// <param name="Height">At least 1.</param>
public readonly record struct PixelRectangle(int X, int Y, int Width, int Height);
