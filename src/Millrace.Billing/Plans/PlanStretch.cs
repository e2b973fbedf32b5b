using Millrace.Core.Plans;

namespace Millrace.Billing.Plans;

/// <summary>A time in which a tenant had one version of a plan.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Plan">The plan's name.</param>
/// <param name="Version">Of the plan, from 1.</param>
/// <param name="From">Its beginning.</param>
/// <param name="Until">Its end, which is not in it; null while there is none.</param>
/// <param name="Prices">What held.</param>
public sealed record PlanStretch(
    string Tenant, string Plan, int Version, DateTimeOffset From, DateTimeOffset? Until, PlanPrices Prices);

/// <summary>What one version of a plan costs: the part of <see cref="PlanTerms"/> that bills are made of.</summary>
/// <param name="Currency">Three capital letters of ISO 4217.</param>
/// <param name="MonthlyMicros">For each month, in millionths of the currency. At least 0.</param>
/// <param name="Charges">What is counted for money; each unit once.</param>
public sealed record PlanPrices(string Currency, long MonthlyMicros, IReadOnlyList<PlanCharge> Charges)
{
    /// <summary>The prices of a plan's terms.</summary>
    public static PlanPrices Of(PlanTerms terms) => new(terms.Currency, terms.MonthlyMicros, terms.Charges);
}

/// <summary>A tenant's choice of a plan.</summary>
/// <param name="Plan">The plan's name.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when; null while it lasts.</param>
public sealed record PlanChoice(string Plan, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>Prices that a plan has from some time on.</summary>
/// <param name="Version">From 1.</param>
/// <param name="From">Since when; until the next version.</param>
/// <param name="Prices">What it costs.</param>
public sealed record PriceVersion(int Version, DateTimeOffset From, PlanPrices Prices);

/// <summary>Makes stretches of who chose what and what it cost. Pure.</summary>
public static class PlanStretches
{
    /// <summary>
    /// A tenant's stretches, in the order of time. A choice that was made before the next one ends with it; before a
    /// plan's first version its first version holds.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="choices">In the order of time.</param>
    /// <param name="versions">Of each plan, in the order of time; at least one.</param>
    public static IEnumerable<PlanStretch> Of(
        string tenant, IReadOnlyList<PlanChoice> choices, Func<string, IReadOnlyList<PriceVersion>> versions)
    {
        for (var i = 0; i < choices.Count; i++)
        {
            var until = Earlier(choices[i].Until, i + 1 < choices.Count ? choices[i + 1].From : null);
            foreach (var stretch in Of(tenant, choices[i] with { Until = until }, versions(choices[i].Plan)))
                yield return stretch;
        }
    }

    private static IEnumerable<PlanStretch> Of(
        string tenant, PlanChoice choice, IReadOnlyList<PriceVersion> versions)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            var from = i == 0 || versions[i].From < choice.From ? choice.From : versions[i].From;
            var until = Earlier(choice.Until, i + 1 < versions.Count ? versions[i + 1].From : null);
            if (until is { } end && end <= from) continue;
            yield return new(tenant, choice.Plan, versions[i].Version, from, until, versions[i].Prices);
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;
}
