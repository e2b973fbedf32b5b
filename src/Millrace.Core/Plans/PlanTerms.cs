namespace Millrace.Core.Plans;

/// <summary>
/// What a plan gives and what it costs, as one version of it says. Never changed once it is in force.
/// </summary>
public sealed record PlanTerms
{
    /// <summary>What its tenants may.</summary>
    public required TenantLimits Limits { get; init; }

    /// <summary>Three capital letters of ISO 4217, for example <c>EUR</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>For each month, in millionths of the currency. At least 0; default 0.</summary>
    public long MonthlyMicros { get; init; }

    /// <summary>What is counted for money; each unit once. What is not here costs nothing.</summary>
    public IReadOnlyList<PlanCharge> Charges { get; init; } = [];
}

/// <summary>What one unit of use costs.</summary>
/// <param name="Unit">What is counted.</param>
/// <param name="IncludedUnits">Units a month that the monthly price covers. At least 0.</param>
/// <param name="PerUnits">For how many units the tiers' prices are, for example 1,000. At least 1.</param>
/// <param name="Tiers">
/// Prices of the units beyond those, in rising order of where they end; the last has no end. 1 to
/// <see cref="PlanRules.TiersMax"/>.
/// </param>
public sealed record PlanCharge(UsageUnit Unit, long IncludedUnits, long PerUnits, IReadOnlyList<PriceTier> Tiers);

/// <summary>The price of a stretch of units.</summary>
/// <param name="UpToUnits">Units a month, those included counted too, up to which it holds. Null: all above.</param>
/// <param name="PriceMicros">For <see cref="PlanCharge.PerUnits"/> units, in millionths. At least 0.</param>
public sealed record PriceTier(long? UpToUnits, long PriceMicros);

/// <summary>What use is counted in. The numbers are stored.</summary>
public enum UsageUnit
{
    /// <summary>Results of the class <see cref="Usage.UsageClass.Standard"/>.</summary>
    StandardResults = 0,

    /// <summary>Results of the class <see cref="Usage.UsageClass.Avif"/>.</summary>
    AvifResults = 1,

    /// <summary>Results of the class <see cref="Usage.UsageClass.Animation"/>.</summary>
    AnimationResults = 2,

    /// <summary>Pixels of sources.</summary>
    Pixels = 3,

    /// <summary>Bytes of sources.</summary>
    BytesIn = 4,

    /// <summary>Bytes of results.</summary>
    BytesOut = 5,
}
