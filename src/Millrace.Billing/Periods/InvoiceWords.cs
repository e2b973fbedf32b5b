using System.Globalization;
using System.Numerics;
using System.Text;
using Millrace.Billing.Rating;
using Millrace.Core.Plans;

namespace Millrace.Billing.Periods;

/// <summary>The words on invoices.</summary>
internal static class InvoiceWords
{
    /// <summary>What a line is for.</summary>
    public static string Text(InvoiceLine line) => line.Kind switch
    {
        LineKind.Monthly => $"Plan {line.Plan}",
        LineKind.Included => $"{UnitText(line.Unit)}, included in {line.Plan}",
        LineKind.Use => $"{UnitText(line.Unit)}, {line.Plan}",
        LineKind.Late => $"{UnitText(line.Unit)} of {line.Period}, told after that month was billed",
        _ => throw new ArgumentOutOfRangeException(nameof(line), line.Kind, "not a kind of line"),
    };

    /// <summary>The days and hours of a stretch, UTC.</summary>
    public static string Span(InvoiceLine line) =>
        FormattableString.Invariant($"{Moment(line.From)} to {Moment(line.Until)}");

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.TimeOfDay == TimeSpan.Zero
        ? FormattableString.Invariant($"{time.UtcDateTime:yyyy-MM-dd}")
        : FormattableString.Invariant($"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}");

    private static string UnitText(UsageUnit? unit) => unit switch
    {
        UsageUnit.StandardResults => "Results",
        UsageUnit.AvifResults => "AVIF results",
        UsageUnit.AnimationResults => "Animations",
        UsageUnit.Pixels => "Pixels of sources",
        UsageUnit.BytesIn => "Bytes of sources",
        UsageUnit.BytesOut => "Bytes of results",
        _ => "",
    };
}

/// <summary>An invoice as comma-separated values (RFC 4180): a row for each line, and one for the rounding.</summary>
internal static class InvoiceCsv
{
    private const string Header =
        "number,period,tenant,currency,kind,usage_period,plan,plan_version,from,until,unit,units,per_units,price,"
        + "amount";

    public static byte[] Write(Invoice invoice)
    {
        var text = new StringBuilder(Header).Append("\r\n");
        foreach (var line in invoice.Lines) Append(text, Fields(invoice, line));
        Append(text, Fields(invoice, "Rounding", invoice.RoundingMicros));
        Append(text, Fields(invoice, "Total", invoice.TotalMicros));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string[] Fields(Invoice invoice, InvoiceLine line) =>
    [
        invoice.Number, invoice.Period, invoice.Tenant, invoice.Currency, line.Kind.ToString(), line.Period, line.Plan,
        Number(line.PlanVersion), Time(line.From), Time(line.Until), line.Unit?.ToString() ?? "", Number(line.Units),
        Number(line.PerUnits),
        line.PriceMicros is { } price ? Currency.Exact(price, invoice.Currency) : "",
        Currency.Exact(line.AmountMicros, invoice.Currency),
    ];

    private static string[] Fields(Invoice invoice, string kind, BigInteger micros) =>
    [
        invoice.Number, invoice.Period, invoice.Tenant, invoice.Currency, kind, "", "", "", "", "", "", "", "", "",
        Currency.Exact(micros, invoice.Currency),
    ];

    private static void Append(StringBuilder text, string[] fields) =>
        text.AppendJoin(',', fields.Select(Quoted)).Append("\r\n");

    // A text that a spreadsheet would take for a formula is made none.
    private static string Quoted(string field)
    {
        if (field.Length > 0 && "=+@\t\r".Contains(field[0])) field = "'" + field;
        return field.AsSpan().IndexOfAny("\",\r\n") < 0
            ? field
            : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => FormattableString.Invariant(
        $"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff}Z");
}
