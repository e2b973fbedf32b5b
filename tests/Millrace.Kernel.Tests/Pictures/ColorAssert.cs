using Millrace.Core.Transforms;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>Colours, and how near they are.</summary>
internal static class ColorAssert
{
    public static Color Red { get; } = new(255, 0, 0);

    public static Color Green { get; } = new(0, 255, 0);

    public static Color Blue { get; } = new(0, 0, 255);

    public static Color White { get; } = new(255, 255, 255);

    public static Color Black { get; } = new(0, 0, 0);

    public static Color Clear { get; } = new(0, 0, 0, 0);

    /// <summary>Every channel is within the tolerance; of what is transparent only the alpha is looked at.</summary>
    public static void Near(Color expected, Color actual, int tolerance = 2) =>
        Assert.True(IsNear(expected, actual, tolerance), $"Expected {expected}, found {actual}.");

    public static bool IsNear(Color a, Color b, int tolerance)
    {
        if (Math.Abs(a.Alpha - b.Alpha) > tolerance) return false;
        var far = Math.Max(Math.Abs(a.Red - b.Red), Math.Max(Math.Abs(a.Green - b.Green), Math.Abs(a.Blue - b.Blue)));
        return a.Alpha <= tolerance || far <= tolerance;
    }
}
