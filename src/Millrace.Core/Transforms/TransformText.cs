using System.Globalization;
using System.Text;

namespace Millrace.Core.Transforms;

/// <summary>
/// The canonical text of a transform: a query string without '?', parameters in the order of the catalogue, values that
/// differ from their default only. Of transforms in normal form, equal ones and no others have equal texts, and
/// <see cref="TransformParser"/> reads every text back to its transform.
/// </summary>
public static class TransformText
{
    /// <summary>Writes the text; empty for a transform that changes nothing.</summary>
    /// <param name="transform">In normal form, as the parser and <see cref="TransformNormal"/> give it.</param>
    public static string Write(Transform transform)
    {
        var text = new StringBuilder();
        foreach (var parameter in TransformParameters.All)
        {
            if (parameter.Write(transform) is not { } value) continue;
            if (text.Length > 0) text.Append('&');
            // Of all that values hold, only the percent sign means something in a query.
            text.Append(parameter.Name).Append('=').Append(value.Replace("%", "%25", StringComparison.Ordinal));
        }
        return text.ToString();
    }

    internal static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    internal static string? NumberUnlessZero(int value) => value == 0 ? null : Number(value);

    internal static string? NumberUnlessZero(decimal value) =>
        value == 0 ? null : value.ToString("0.##", CultureInfo.InvariantCulture);

    internal static string? Switch(bool value) => value ? "true" : null;

    internal static string? Name<T>(ParameterChoice<T> choice, T value, T fallback) =>
        EqualityComparer<T>.Default.Equals(value, fallback) ? null : choice.Name(value);

    internal static string? Gravity(Gravity? gravity) => gravity switch
    {
        null => null,
        { } g when g == Transforms.Gravity.Center => null,
        { Kind: GravityKind.Smart } => "smart",
        { } g => Compass.Name(g) ?? $"{Share(g.X)},{Share(g.Y)}",
    };

    internal static string? Crop(Crop? crop) => crop switch
    {
        null => null,
        { X: { } x, Y: { } y } => $"{Length(x)},{Length(y)},{Length(crop.Width)},{Length(crop.Height)}",
        _ => $"{Length(crop.Width)},{Length(crop.Height)}",
    };

    internal static string? Padding(Padding p) => p switch
    {
        { Top: 0, Right: 0, Bottom: 0, Left: 0 } => null,
        _ when p.Top != p.Bottom || p.Left != p.Right => $"{p.Top},{p.Right},{p.Bottom},{p.Left}",
        _ when p.Top != p.Right => $"{p.Top},{p.Right}",
        _ => Number(p.Top),
    };

    internal static string? Color(Color? color) => color switch
    {
        null => null,
        { Alpha: byte.MaxValue } c => Convert.ToHexStringLower([c.Red, c.Green, c.Blue]),
        { } c => Convert.ToHexStringLower([c.Red, c.Green, c.Blue, c.Alpha]),
    };

    private static string Length(Extent extent) => extent.IsShare ? Share(extent.Value) : Number(extent.Value)!;

    private static string Share(int tenThousandths) =>
        (tenThousandths / 100m).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
