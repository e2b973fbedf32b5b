using System.Numerics;

namespace Millrace.Billing.Rating;

/// <summary>An exact number of at least 0: money before it is rounded.</summary>
/// <param name="Above">At least 0.</param>
/// <param name="Below">At least 1.</param>
internal readonly record struct Fraction(BigInteger Above, BigInteger Below)
{
    /// <summary>Nothing.</summary>
    public static Fraction Zero { get; } = new(0, 1);

    /// <summary>The sum.</summary>
    public static Fraction operator +(Fraction one, Fraction other) => one.Below == other.Below
        ? new(one.Above + other.Above, one.Below)
        : Reduced((one.Above * other.Below) + (other.Above * one.Below), one.Below * other.Below);

    /// <summary>The difference.</summary>
    public static Fraction operator -(Fraction one, Fraction other) =>
        Reduced((one.Above * other.Below) - (other.Above * one.Below), one.Below * other.Below);

    /// <summary>The largest whole number that is not above it.</summary>
    public BigInteger Floor() => BigInteger.Divide(Above, Below);

    /// <summary>The nearest multiple of a step, in steps; a half goes up.</summary>
    public BigInteger RoundTo(long step) => ((2 * Above) + (step * Below)) / (2 * step * Below);

    private static Fraction Reduced(BigInteger above, BigInteger below)
    {
        var common = BigInteger.GreatestCommonDivisor(above, below);
        return common.IsOne ? new(above, below) : new(above / common, below / common);
    }
}
