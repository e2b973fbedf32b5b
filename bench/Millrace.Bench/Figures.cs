namespace Millrace.Bench;

/// <summary>Order statistics.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The smallest value that at least this part of all values does not exceed (nearest rank).</summary>
    public static double Quantile(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return double.NaN;
        var rank = (int)Math.Ceiling(part * sorted.Length) - 1;
        return part == 0.5 && sorted.Length % 2 == 0
            ? (sorted[rank] + sorted[rank + 1]) / 2
            : sorted[Math.Clamp(rank, 0, sorted.Length - 1)];
    }

    /// <summary>Median of the ratios of two series, round by round.</summary>
    public static double Ratio(IEnumerable<double> ours, IEnumerable<double> theirs) =>
        Median(ours.Zip(theirs, (our, their) => our / their));
}
