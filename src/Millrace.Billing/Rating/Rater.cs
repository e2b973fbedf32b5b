using System.Numerics;
using Millrace.Billing.Plans;
using Millrace.Core.Plans;

namespace Millrace.Billing.Rating;

/// <summary>
/// What use costs. Pure and exact: nothing is rounded here but units, down. A stretch that is a part of its month has
/// that part of the monthly price, of the included units, and of the borders of the tiers.
/// </summary>
internal static class Rater
{
    /// <summary>All lines of a stretch: the monthly price, then each charge by its tiers.</summary>
    public static IEnumerable<RatedLine> Rate(PlanPrices prices, Share share, UsedUnits used)
    {
        if (prices.MonthlyMicros > 0)
        {
            var amount = new Fraction(new BigInteger(prices.MonthlyMicros) * share.Part, share.Whole);
            yield return new(LineKind.Monthly, null, 1, 1, prices.MonthlyMicros, amount);
        }
        foreach (var charge in prices.Charges.OrderBy(charge => charge.Unit))
        {
            foreach (var line in Rate(charge, share, used.Of(charge.Unit))) yield return line;
        }
    }

    /// <summary>What more use costs than less, charge by charge: for what came late.</summary>
    /// <param name="prices">Of the stretch.</param>
    /// <param name="share">Its part of its month.</param>
    /// <param name="before">What was billed.</param>
    /// <param name="now">What was used; at least that.</param>
    public static IEnumerable<RatedLine> RateLate(PlanPrices prices, Share share, UsedUnits before, UsedUnits now) =>
        from charge in prices.Charges.OrderBy(charge => charge.Unit)
        let units = now.Of(charge.Unit) - before.Of(charge.Unit)
        where units != 0
        let amount = Cost(charge, share, now.Of(charge.Unit)) - Cost(charge, share, before.Of(charge.Unit))
        select new RatedLine(LineKind.Late, charge.Unit, units, charge.PerUnits, null, amount);

    /// <summary>What units cost in all.</summary>
    public static Fraction Cost(PlanCharge charge, Share share, long units) =>
        Rate(charge, share, units).Aggregate(Fraction.Zero, (sum, line) => sum + line.Amount);

    private static IEnumerable<RatedLine> Rate(PlanCharge charge, Share share, long units)
    {
        var included = share.Of(charge.IncludedUnits);
        var free = Math.Min(units, included);
        if (free > 0) yield return new(LineKind.Included, charge.Unit, free, charge.PerUnits, 0, Fraction.Zero);
        var begin = included;
        foreach (var tier in charge.Tiers)
        {
            var end = tier.UpToUnits is { } border ? Math.Max(begin, share.Of(border)) : long.MaxValue;
            var inTier = Math.Min(units, end) - begin;
            if (inTier > 0)
            {
                var amount = new Fraction(new BigInteger(inTier) * tier.PriceMicros, charge.PerUnits);
                yield return new(LineKind.Use, charge.Unit, inTier, charge.PerUnits, tier.PriceMicros, amount);
            }
            begin = end;
        }
    }
}

/// <summary>A part of a month.</summary>
/// <param name="Part">Milliseconds of the part.</param>
/// <param name="Whole">Milliseconds of the month.</param>
internal readonly record struct Share(long Part, long Whole)
{
    /// <summary>That part of units, rounded down.</summary>
    public long Of(long units) => (long)(new BigInteger(units) * Part / Whole);
}

/// <summary>What stands on a line, before it is rounded.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Unit">What was counted; null for the monthly price.</param>
/// <param name="Units">How many.</param>
/// <param name="PerUnits">For how many the price is.</param>
/// <param name="PriceMicros">The price; null when there are several.</param>
/// <param name="Amount">In millionths, exactly.</param>
internal sealed record RatedLine(
    LineKind Kind, UsageUnit? Unit, long Units, long PerUnits, long? PriceMicros, Fraction Amount);

/// <summary>What a line of an invoice is. The names are written.</summary>
internal enum LineKind
{
    /// <summary>The plan's price for a month or a part of it.</summary>
    Monthly,

    /// <summary>Units that the monthly price covers.</summary>
    Included,

    /// <summary>Units in one tier.</summary>
    Use,

    /// <summary>Units of a month that was billed before they were known.</summary>
    Late,
}
