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

    [Description("Fixed price of a calendar month, in millionths of the currency. At least 0.")]
    public long MonthlyMicros { get; init; }

    [Description("Billable results of a month that the fixed price includes. At least 0.")]
    public long IncludedResults { get; init; }

    [Description("What those beyond cost, first tier first; the last has no upTo. At most 10; none: nothing.")]
    public IReadOnlyList<TierForm> Tiers { get; init; } = [];

    public Problem? Read(out PlanTerms terms)
    {
        var problem = Limits.Read(out var limits);
        terms = new PlanTerms
        {
            Limits = limits,
            Currency = Currency,
            MonthlyMicros = MonthlyMicros,
            IncludedResults = IncludedResults,
            Tiers = [.. Tiers.Select(tier => new PriceTier(tier.UpTo, tier.MicrosEach))],
        };
        return problem;
    }
}

/// <summary>A price for some of a month's results.</summary>
internal sealed record TierForm
{
    [Description("Last result beyond those included that has this price, counted from 1; null: all further ones.")]
    public long? UpTo { get; init; }

    [Description("Price of one result, in millionths of the currency. At least 0.")]
    public required long MicrosEach { get; init; }
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
        IncludedResults = terms.IncludedResults,
        Tiers = [.. terms.Tiers.Select(tier => new TierForm { UpTo = tier.UpTo, MicrosEach = tier.MicrosEach })],
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
