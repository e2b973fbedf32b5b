using System.ComponentModel;
using System.Text.Json.Serialization;
using Millrace.Core.Plans;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Plans;

/// <summary>What a plan gives and costs, as operators write it.</summary>
internal record TermsForm
{
    [Description("What its tenants may.")]
    public required LimitsForm Limits { get; init; }

    [Description("ISO 4217 code of its prices, for example EUR.")]
    public required string Currency { get; init; }

    // What has a default is settable: generated readers forget the defaults of what is only initialised.
    [Description("Fixed price of a calendar month, in millionths of the currency. At least 0.")]
    public long MonthlyMicros { get; set; }

    [Description("What is counted for money, each unit once; what is not here costs nothing.")]
    public IReadOnlyList<ChargeForm> Charges { get; set; } = [];

    public Problem? Read(out PlanTerms terms)
    {
        var problem = Limits.Read(out var limits);
        var charges = Charges.Select(charge => charge.ToCharge()).ToList();
        terms = new PlanTerms
        {
            Limits = limits,
            Currency = Currency,
            MonthlyMicros = MonthlyMicros,
            Charges = [.. charges.OfType<PlanCharge>()],
        };
        return problem ?? (charges.Contains(null)
            ? Problem.Field("charges", "one of its units is none", ChargeForm.UnitsAllowed)
            : null);
    }
}

/// <summary>What one unit of use costs.</summary>
internal sealed record ChargeForm
{
    public const string UnitsAllowed =
        "standard-results, avif-results, animation-results, pixels, bytes-in or bytes-out";

    private static readonly (string Name, UsageUnit Unit)[] Units =
    [
        ("standard-results", UsageUnit.StandardResults), ("avif-results", UsageUnit.AvifResults),
        ("animation-results", UsageUnit.AnimationResults), ("pixels", UsageUnit.Pixels),
        ("bytes-in", UsageUnit.BytesIn), ("bytes-out", UsageUnit.BytesOut),
    ];

    [Description("What is counted: " + UnitsAllowed + ".")]
    public required string Unit { get; init; }

    [Description("Units a month that the monthly price covers. At least 0.")]
    public long IncludedUnits { get; set; }

    [Description("For how many units the tiers' prices are, for example 1000. At least 1.")]
    public long PerUnits { get; set; } = 1;

    [Description("Prices of the units beyond, in rising order of where they end; the last has no end. 1 to 16.")]
    public required IReadOnlyList<TierForm> Tiers { get; init; }

    public static ChargeForm Of(PlanCharge charge) => new()
    {
        Unit = Array.Find(Units, each => each.Unit == charge.Unit).Name,
        IncludedUnits = charge.IncludedUnits,
        PerUnits = charge.PerUnits,
        Tiers = [.. charge.Tiers.Select(each => new TierForm
        {
            UpToUnits = each.UpToUnits,
            PriceMicros = each.PriceMicros,
        })],
    };

    /// <summary>The charge; null when its unit is none.</summary>
    public PlanCharge? ToCharge() => Array.FindIndex(Units, each => each.Name == Unit) is >= 0 and var index
        ? new PlanCharge(
            Units[index].Unit, IncludedUnits, PerUnits,
            [.. Tiers.Select(each => new PriceTier(each.UpToUnits, each.PriceMicros))])
        : null;
}

/// <summary>The price of a stretch of units.</summary>
internal sealed record TierForm
{
    [Description("Units a month, those included counted too, up to which it holds; absent: all above.")]
    public long? UpToUnits { get; init; }

    [Description("For perUnits units, in millionths of the currency. At least 0.")]
    public required long PriceMicros { get; init; }
}

/// <summary>A plan, or one version of it, as operators read it.</summary>
internal sealed record PlanForm : TermsForm
{
    [Description("Its name.")]
    public required string Plan { get; init; }

    [Description("Number of the version, from 1.")]
    public required int Version { get; init; }

    [Description("When this version began to hold; only in a history.")]
    public DateTimeOffset? From { get; init; }

    public static PlanForm Of(PlanView view) => Of(view.Plan, view.Version, null, view.Terms);

    public static PlanForm Of(string plan, PlanVersion version) =>
        Of(plan, version.Version, version.From, version.Terms);

    private static PlanForm Of(string plan, int version, DateTimeOffset? from, PlanTerms terms) => new()
    {
        Plan = plan,
        Version = version,
        From = from,
        Limits = LimitsForm.Of(terms.Limits),
        Currency = terms.Currency,
        MonthlyMicros = terms.MonthlyMicros,
        Charges = [.. terms.Charges.Select(ChargeForm.Of)],
    };
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TermsForm))]
[JsonSerializable(typeof(PlanForm))]
[JsonSerializable(typeof(Page<PlanForm>))]
internal sealed partial class PlanJson : JsonSerializerContext;
