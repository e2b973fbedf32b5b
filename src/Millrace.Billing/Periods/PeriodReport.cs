using System.Globalization;

namespace Millrace.Billing.Periods;

/// <summary>What a billed month tells its operator: the same text every time.</summary>
/// <param name="Lines">Facts.</param>
/// <param name="Failures">What somebody should look at.</param>
internal sealed record PeriodReport(IReadOnlyList<string> Lines, IReadOnlyList<string> Failures)
{
    /// <summary>Puts it together.</summary>
    public static PeriodReport Of(Freeze freeze, Close close)
    {
        var late = freeze.Seals.Count(seal => seal.Hour < freeze.ToPeriod().From);
        var lines = new List<string>
        {
            $"{close.Period}: {Text(close.Invoices.Count)} invoices, numbers {Text(freeze.FirstNumber)} to "
            + $"{Text(close.NextNumber - 1)}",
        };
        lines.AddRange(close.Invoices.GroupBy(invoice => invoice.Currency)
            .OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(currency => $"total {currency.Key}: {Sum(currency)}"));
        lines.Add($"from {Text(freeze.Seals.Count)} seals, {Text(late)} of them late of months before");
        lines.Add($"inputs {close.Inputs}");
        lines.AddRange(freeze.Lost.Select(lost =>
            $"declared lost: {lost.Recorder}, epoch {Text(lost.Epoch)}, sequences "
            + $"{(lost.Ranges.Count > 0 ? string.Join(", ", lost.Ranges) : "none")}; {lost.Reason} ({lost.Operator})"));
        return new(lines, [.. close.Unrated.Select(use =>
            $"{use.Tenant} had no plan for {Text(use.Answers)} answers of {use.Period}: nobody is billed for them.")]);
    }

    /// <summary>All of it, for a file.</summary>
    public string Text() => string.Concat(Lines.Concat(Failures).Select(line => line + "\n"));

    private static string Sum(IEnumerable<ClosedInvoice> invoices) => invoices
        .Sum(invoice => decimal.Parse(invoice.Total, CultureInfo.InvariantCulture))
        .ToString(CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
