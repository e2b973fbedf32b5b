namespace Millrace.Core.Transforms;

/// <summary>The kinds of <see cref="Gravity"/>.</summary>
public enum GravityKind
{
    /// <summary>A point given as shares of width and height; the nine compass names are such points.</summary>
    Point,

    /// <summary>The part that draws attention: edges, skin tones, saturated colours.</summary>
    Smart,
}

/// <summary>
/// Which part of an image matters: a point, in ten thousandths of width and height from the top left, or smart.
/// </summary>
/// <param name="Kind">Point or smart.</param>
/// <param name="X">0 (left) to 10,000 (right); 5,000 for smart.</param>
/// <param name="Y">0 (top) to 10,000 (bottom); 5,000 for smart.</param>
/// <param name="Focus">
/// Whether the point is a focus point, kept as near the middle of a crop as the image allows; otherwise a compass name,
/// whose edge or corner is kept.
/// </param>
public readonly record struct Gravity(GravityKind Kind, int X, int Y, bool Focus = false)
{
    /// <summary>The middle.</summary>
    public static Gravity Center { get; } = new(GravityKind.Point, 5_000, 5_000);

    /// <summary>By attention.</summary>
    public static Gravity Smart { get; } = new(GravityKind.Smart, 5_000, 5_000);
}
