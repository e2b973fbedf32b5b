using System.Numerics;
using Millrace.Billing.Rating;
using Millrace.Core.Plans;

namespace Millrace.Billing.Periods;

/// <summary>An invoice, as it is sent and kept. It never changes.</summary>
internal sealed record Invoice
{
    /// <summary>Its number, without gaps over all months.</summary>
    public required string Number { get; init; }

    /// <summary>The month, for example <c>2026-11</c>.</summary>
    public required string Period { get; init; }

    /// <summary>The day after the month, for example <c>2026-12-01</c>.</summary>
    public required string Date { get; init; }

    /// <summary>Who sends it.</summary>
    public required string Seller { get; init; }

    /// <summary>Who is to pay.</summary>
    public required string Tenant { get; init; }

    /// <summary>Three capital letters.</summary>
    public required string Currency { get; init; }

    /// <summary>What for; their amounts and the rounding make the total.</summary>
    public required IReadOnlyList<InvoiceLine> Lines { get; init; }

    /// <summary>What the one rounding at the end has added, in millionths; below 0 when it took away.</summary>
    public required BigInteger RoundingMicros { get; init; }

    /// <summary>What is to pay, in millionths.</summary>
    public required BigInteger TotalMicros { get; init; }

    /// <summary>What is to pay, as it is paid.</summary>
    public string Total => Rating.Currency.Text(TotalMicros, Currency);
}

/// <summary>A line of an invoice.</summary>
internal sealed record InvoiceLine
{
    public required LineKind Kind { get; init; }

    /// <summary>The month in which it was used.</summary>
    public required string Period { get; init; }

    public required string Plan { get; init; }

    public required int PlanVersion { get; init; }

    /// <summary>The stretch's beginning within that month.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The stretch's end, which is not in it.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>What was counted; null for the monthly price.</summary>
    public UsageUnit? Unit { get; init; }

    public required long Units { get; init; }

    public required long PerUnits { get; init; }

    /// <summary>In millionths; null where several prices hold.</summary>
    public long? PriceMicros { get; init; }

    /// <summary>In millionths. The fraction of one that is left goes into the next line.</summary>
    public required BigInteger AmountMicros { get; init; }
}

/// <summary>Makes an invoice of what was rated. Pure.</summary>
internal static class InvoiceMaking
{
    /// <summary>
    /// Puts lines together: whole millionths on each line, so that they add up to the exact sum's, and one rounding of
    /// the exact sum to what can be paid.
    /// </summary>
    public static Invoice Make(
        string number, Period period, string seller, string tenant, string currency,
        IEnumerable<(RatedLine Rated, InvoiceLine Line)> lines)
    {
        var (exact, written, made) = (Fraction.Zero, BigInteger.Zero, new List<InvoiceLine>());
        foreach (var (rated, line) in lines)
        {
            exact += rated.Amount;
            var amount = exact.Floor() - written;
            written += amount;
            made.Add(line with { AmountMicros = amount });
        }
        var smallest = Rating.Currency.MicrosOfSmallest(currency);
        var total = exact.RoundTo(smallest) * smallest;
        return new Invoice
        {
            Number = number,
            Period = period.ToString(),
            Date = FormattableString.Invariant($"{period.Until:yyyy-MM-dd}"),
            Seller = seller,
            Tenant = tenant,
            Currency = currency,
            Lines = made,
            RoundingMicros = total - written,
            TotalMicros = total,
        };
    }
}
