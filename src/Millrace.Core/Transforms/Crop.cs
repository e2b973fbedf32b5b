namespace Millrace.Core.Transforms;

/// <summary>A length in pixels, or as a share of a side.</summary>
/// <param name="Value">Pixels; or ten thousandths of the side when <paramref name="IsShare"/>.</param>
/// <param name="IsShare">Written with a percent sign: <c>12.5%</c> is 1,250 ten thousandths.</param>
public readonly record struct Extent(int Value, bool IsShare = false);

/// <summary>The part of the upright source to keep.</summary>
/// <param name="X">From the left; null together with <paramref name="Y"/>: placed by gravity.</param>
/// <param name="Y">From the top.</param>
/// <param name="Width">More than 0; what reaches past the image is cut off.</param>
/// <param name="Height">More than 0; what reaches past the image is cut off.</param>
public sealed record Crop(Extent? X, Extent? Y, Extent Width, Extent Height);

/// <summary>A border in device pixels, each side 0 to 10,000.</summary>
/// <param name="Top">Above.</param>
/// <param name="Right">To the right.</param>
/// <param name="Bottom">Below.</param>
/// <param name="Left">To the left.</param>
public readonly record struct Padding(int Top, int Right, int Bottom, int Left);

/// <summary>A colour with alpha, 8 bits a channel, sRGB.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
/// <param name="Alpha">0 (transparent) to 255 (opaque).</param>
public readonly record struct Color(byte Red, byte Green, byte Blue, byte Alpha = 255);
