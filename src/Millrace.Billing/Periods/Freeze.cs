using Millrace.Billing.Plans;
using Millrace.Billing.Sealing;

namespace Millrace.Billing.Periods;

/// <summary>
/// What a month is billed from, written down before the first invoice: whoever bills it later, and however often, makes
/// the same invoices of it.
/// </summary>
internal sealed record Freeze
{
    /// <summary>The month.</summary>
    public required string Period { get; init; }

    /// <summary>SHA-256 of the month before's end; zeros for the first month that is billed.</summary>
    public required string Previous { get; init; }

    /// <summary>Number of its first invoice, from 1.</summary>
    public required long FirstNumber { get; init; }

    /// <summary>What its numbers begin with.</summary>
    public required string NumberPrefix { get; init; }

    /// <summary>Who sends the invoices.</summary>
    public required string Seller { get; init; }

    /// <summary>Number of the last seal that there was.</summary>
    public required long SealsThrough { get; init; }

    /// <summary>Seals that are billed: of the month's hours, and what came late of the months before.</summary>
    public required IReadOnlyList<BilledSeal> Seals { get; init; }

    /// <summary>Every version of a plan that somebody had.</summary>
    public required IReadOnlyList<PlanPrices> Prices { get; init; }

    /// <summary>Who had which and when, within the month; by tenant and time.</summary>
    public required IReadOnlyList<FrozenStretch> Stretches { get; init; }

    /// <summary>Losses that were declared of what could be of this month.</summary>
    public required IReadOnlyList<LostRecords> Lost { get; init; }

    /// <summary>The month.</summary>
    public Period ToPeriod() => Billing.Period.TryParse(Period, out var period)
        ? period
        : throw new InvalidDataException($"'{Period}' is no month.");
}

/// <summary>A seal that is billed.</summary>
/// <param name="Number">Of its entry in the log.</param>
/// <param name="Hour">Of which hour.</param>
/// <param name="Sums">Hash of its sums; null when it has none.</param>
internal sealed record BilledSeal(long Number, DateTimeOffset Hour, string? Sums);

/// <summary>A stretch of a plan.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Plan">Its name.</param>
/// <param name="Version">From 1.</param>
/// <param name="From">Within the month.</param>
/// <param name="Until">Within the month, or its end.</param>
/// <param name="Prices">Which of the freeze's prices, from 0.</param>
internal sealed record FrozenStretch(
    string Tenant, string Plan, int Version, DateTimeOffset From, DateTimeOffset Until, int Prices);

/// <summary>That a month is billed: written last.</summary>
internal sealed record Close
{
    /// <summary>The month.</summary>
    public required string Period { get; init; }

    /// <summary>SHA-256 of what it was billed from.</summary>
    public required string Inputs { get; init; }

    /// <summary>Number of the next month's first invoice.</summary>
    public required long NextNumber { get; init; }

    /// <summary>All invoices, by number.</summary>
    public required IReadOnlyList<ClosedInvoice> Invoices { get; init; }

    /// <summary>Use that no plan covers, so that it is on no invoice.</summary>
    public required IReadOnlyList<UnratedUse> Unrated { get; init; }
}

/// <summary>An invoice in the list of its month.</summary>
internal sealed record ClosedInvoice(
    string Number, string Tenant, string Currency, string Total, string JsonHash, string CsvHash, string HtmlHash);

/// <summary>Use of a tenant that had no plan.</summary>
internal sealed record UnratedUse(string Tenant, string Period, long Answers);
