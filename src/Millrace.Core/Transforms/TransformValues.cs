using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Millrace.Core.Transforms;

/// <summary>The kinds of values that parameters take.</summary>
internal static class TransformValues
{
    /// <summary>Widest border or margin that can be asked for, in pixels.</summary>
    public const int BorderMax = 10_000;

    private const string ExtentAllowed = "pixels (1 to 65535) or shares of the side (0.01% to 100%)";
    private const int DigitsMax = 9;

    public static ParameterValue<bool> Switch { get; } =
        new ParameterChoice<bool>(("true", true), ("false", false), ("1", true), ("0", false)).Value;

    public static ParameterValue<Gravity> Point { get; } =
        new($"{string.Join(", ", Compass.Names)} or a focus point X%,Y%", ReadPoint);

    public static ParameterValue<Gravity> Gravity { get; } =
        new($"{string.Join(", ", Compass.Names)}, smart or a focus point X%,Y%", ReadGravity);

    public static ParameterValue<Crop> Crop { get; } =
        new($"W,H or X,Y,W,H, each in {ExtentAllowed}, X and Y from 0 and below 100%", ReadCrop);

    public static ParameterValue<Padding> Padding { get; } = new(
        $"1, 2 or 4 whole numbers from 0 to {BorderMax}: all sides, or T,R (top and bottom, sides), or T,R,B,L",
        ReadPadding);

    public static ParameterValue<Color?> Background { get; } =
        new("transparent, or a colour in hex: rgb, rgba, rrggbb or rrggbbaa, with or without #", ReadColor);

    public static ParameterValue<int?> Trim { get; } =
        new("a whole number from 1 to 255, true (10) or false (none)", ReadTrim);

    public static ParameterValue<int> Pixelate { get; } = new("0 (none) or a whole number from 2 to 1000",
        (string text, out int value) => TryWhole(text, 0, 1000, out value) && value != 1);

    public static ParameterValue<string> WatermarkSource { get; } =
        new("upload, or sha256: and 64 hex digits", ReadWatermarkSource);

    public static ParameterValue<int> Whole(int min, int max) => new($"a whole number from {min} to {max}",
        (string text, out int value) => TryWhole(text, min, max, out value));

    public static ParameterValue<decimal> Hundredths(decimal min, decimal max) =>
        new(string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max} with at most two decimals"),
            (string text, out decimal value) => TryDecimal(text, out value) && value >= min && value <= max);

    /// <summary>Zero for none, or a number within a range.</summary>
    public static ParameterValue<decimal> Sigma(decimal min, decimal max)
    {
        var number = Hundredths(min, max);
        return new($"0 (none) or {number.Allowed}",
            (string text, out decimal value) =>
                number.Read(text, out value) || (TryDecimal(text, out value) && value == 0));
    }

    private static bool ReadGravity(string text, out Gravity value)
    {
        value = Transforms.Gravity.Smart;
        return text == "smart" || ReadPoint(text, out value);
    }

    private static bool ReadPoint(string text, out Gravity value)
    {
        if (Compass.Find(text) is { } named)
        {
            value = named;
            return true;
        }
        value = Transforms.Gravity.Center;
        var parts = text.Split(',');
        if (parts.Length != 2 || !TryShare(parts[0], out var x) || !TryShare(parts[1], out var y)) return false;
        value = new Gravity(GravityKind.Point, x, y, Focus: true);
        return true;
    }

    private static bool ReadCrop(string text, [MaybeNullWhen(false)] out Crop value)
    {
        value = null;
        var parts = text.Split(',');
        if (parts.Length is not (2 or 4)) return false;
        if (!TryExtent(parts[^2], 1, Geometry.Whole, out var width)) return false;
        if (!TryExtent(parts[^1], 1, Geometry.Whole, out var height)) return false;
        value = new Crop(null, null, width, height);
        if (parts.Length == 2) return true;
        if (!TryExtent(parts[0], 0, Geometry.Whole - 1, out var x)) return false;
        if (!TryExtent(parts[1], 0, Geometry.Whole - 1, out var y)) return false;
        value = value with { X = x, Y = y };
        return true;
    }

    private static bool ReadPadding(string text, out Padding value)
    {
        value = default;
        var parts = text.Split(',');
        if (parts.Length is not (1 or 2 or 4)) return false;
        var sides = new int[4];
        for (var i = 0; i < sides.Length; i++)
        {
            if (!TryWhole(parts[i % parts.Length], 0, BorderMax, out sides[i])) return false;
        }
        value = new Padding(sides[0], sides[1], sides[2], sides[3]);
        return true;
    }

    private static bool ReadColor(string text, out Color? value)
    {
        value = null;
        if (text == "transparent") return true;
        var digits = text.StartsWith('#') ? text[1..] : text;
        if (!digits.All(char.IsAsciiHexDigit)) return false;
        if (digits.Length is 3 or 4) digits = string.Concat(digits.Select(d => new string(d, 2)));
        if (digits.Length is not (6 or 8)) return false;
        var bytes = Convert.FromHexString(digits);
        value = new Color(bytes[0], bytes[1], bytes[2], bytes.Length == 4 ? bytes[3] : byte.MaxValue);
        return true;
    }

    private static bool ReadTrim(string text, out int? value)
    {
        value = text == "true" ? 10 : null;
        if (text is "true" or "false") return true;
        var read = TryWhole(text, 1, 255, out var threshold);
        value = read ? threshold : null;
        return read;
    }

    private static bool ReadWatermarkSource(string text, out string value)
    {
        value = text;
        if (text == Watermark.Upload) return true;
        if (!text.StartsWith(Watermark.Sha256, StringComparison.Ordinal)) return false;
        var digits = text[Watermark.Sha256.Length..];
        if (digits.Length != 64 || !digits.All(char.IsAsciiHexDigit)) return false;
        value = text.ToLowerInvariant();
        return true;
    }

    private static bool TryExtent(string text, int min, int shareMax, out Extent value)
    {
        var isShare = text.EndsWith('%');
        var read = isShare ? TryShare(text, out var length) : TryWhole(text, min, Transform.SideMax, out length);
        value = new Extent(length, isShare);
        return read && length >= min && (!isShare || length <= shareMax);
    }

    // 12.5% is 1250 ten thousandths.
    private static bool TryShare(string text, out int value)
    {
        value = 0;
        return text.EndsWith('%') && TryHundredths(text[..^1], out value) && value <= Geometry.Whole;
    }

    private static bool TryDecimal(string text, out decimal value)
    {
        var read = TryHundredths(text, out var hundredths);
        value = hundredths / 100m;
        return read;
    }

    private static bool TryHundredths(string text, out int value)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var decimals = point < 0 ? "0" : text[(point + 1)..];
        var read = TryWhole(whole, 0, 100_000, out value);
        if (!read || decimals.Length > 2 || !TryWhole(decimals, 0, 99, out var fraction)) return false;
        value = (value * 100) + (decimals.Length == 1 ? fraction * 10 : fraction);
        return true;
    }

    // Digits alone: int.TryParse would also take trailing null characters.
    private static bool TryWhole(string text, int min, int max, out int value)
    {
        value = 0;
        if (text.Length is 0 or > DigitsMax || !text.All(char.IsAsciiDigit)) return false;
        value = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return value >= min && value <= max;
    }
}
