using Millrace.Core.Tickets;

namespace Millrace.Core.Plans;

/// <summary>What plans and limits may say. Pure.</summary>
public static class PlanRules
{
    /// <summary>Most tiers of a charge.</summary>
    public const int TiersMax = 16;

    /// <summary>Most requests a second, and the highest burst.</summary>
    public const int RequestsMax = 1_000_000;

    /// <summary>Most conversions under way.</summary>
    public const int InFlightMax = 100_000;

    /// <summary>Most open jobs.</summary>
    public const int JobsOpenMax = 10_000_000;

    /// <summary>Highest price, monthly or of a tier: a million of the currency.</summary>
    public const long PriceMicrosMax = 1_000_000_000_000;

    /// <summary>Longest retention.</summary>
    public static readonly TimeSpan RetentionMax = TimeSpan.FromDays(3650);

    /// <summary>All that is wrong with a plan, a sentence each; empty when it is sound.</summary>
    public static IReadOnlyList<string> Failures(PlanTerms terms)
    {
        var failures = new List<string>(Failures(terms.Limits));
        if (terms.Currency is not { Length: 3 } || !terms.Currency.All(char.IsAsciiLetterUpper))
            failures.Add("currency must be three capital letters, for example EUR.");
        if (terms.MonthlyMicros is < 0 or > PriceMicrosMax)
            failures.Add($"monthlyMicros must be 0 to {PriceMicrosMax}.");
        if (terms.Charges.Select(charge => charge.Unit).Distinct().Count() != terms.Charges.Count)
            failures.Add("charges has a unit twice.");
        failures.AddRange(terms.Charges.SelectMany(Failures));
        return failures;
    }

    /// <summary>All that is wrong with limits, a sentence each; empty when they are sound.</summary>
    public static IReadOnlyList<string> Failures(TenantLimits limits)
    {
        var failures = new List<string>();
        if (!(limits.RequestsPerSecond is > 0 and <= RequestsMax))
            failures.Add($"requestsPerSecond must be above 0 and at most {RequestsMax}.");
        if (limits.Burst is < 1 or > RequestsMax) failures.Add($"burst must be 1 to {RequestsMax}.");
        if (limits.InFlight is < 1 or > InFlightMax) failures.Add($"inFlight must be 1 to {InFlightMax}.");
        if (limits.JobsOpen is < 1 or > JobsOpenMax) failures.Add($"jobsOpen must be 1 to {JobsOpenMax}.");
        if (limits.BytesMax < 1) failures.Add("bytesMax must be at least 1.");
        if (limits.PixelsMax < 1) failures.Add("pixelsMax must be at least 1.");
        if (limits.Retention <= TimeSpan.Zero || limits.Retention > RetentionMax)
            failures.Add($"retention must be above 0 and at most {RetentionMax.TotalDays} days.");
        if (!AreLanes(limits.Lanes)) failures.Add("lanes must be some of interactive, heavy and bulk, each once.");
        return failures;
    }

    private static bool AreLanes(IReadOnlyList<Lane>? lanes) =>
        lanes is { Count: > 0 } && lanes.All(Lanes.Images.Contains) && lanes.Distinct().Count() == lanes.Count;

    private static IEnumerable<string> Failures(PlanCharge charge)
    {
        if (!Enum.IsDefined(charge.Unit)) yield return "charges: there is no such unit.";
        if (charge.IncludedUnits < 0) yield return $"charges: includedUnits of {charge.Unit} must be at least 0.";
        if (charge.PerUnits < 1) yield return $"charges: perUnits of {charge.Unit} must be at least 1.";
        if (!AreTiers(charge.Tiers))
        {
            yield return $"charges: the tiers of {charge.Unit} must be 1 to {TiersMax}, end in rising order, the last "
                + $"without an end, and cost 0 to {PriceMicrosMax}.";
        }
    }

    private static bool AreTiers(IReadOnlyList<PriceTier>? tiers)
    {
        if (tiers is not { Count: >= 1 and <= TiersMax } || tiers[^1].UpToUnits is not null) return false;
        var before = 0L;
        foreach (var tier in tiers)
        {
            if (tier.PriceMicros is < 0 or > PriceMicrosMax) return false;
            if (tier == tiers[^1]) continue;
            if (tier.UpToUnits is not { } end || end <= before) return false;
            before = end;
        }
        return true;
    }
}
