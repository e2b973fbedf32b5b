using System.ComponentModel;
using System.Text.Json.Serialization;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Plans;
using Millrace.Management.Routes;

namespace Millrace.Management.Tenants;

/// <summary>A tenant that is wanted.</summary>
internal sealed record TenantBody
{
    [Description("For people; 1 to 200 characters.")]
    public required string Name { get; init; }

    [Description("An existing plan.")]
    public required string Plan { get; init; }
}

/// <summary>What of a tenant can be changed, whole.</summary>
internal sealed record TenantPut
{
    [Description("For people; 1 to 200 characters.")]
    public required string Name { get; init; }

    [Description("An existing plan; holds from now on.")]
    public required string Plan { get; init; }

    [Description("Where it differs from its plan; absent: nowhere any more.")]
    public OverridesForm? Overrides { get; init; }
}

/// <summary>A tenant.</summary>
internal sealed record TenantForm
{
    [Description("Its name in addresses; not to be guessed.")]
    public required string Id { get; init; }

    [Description("For people.")]
    public required string Name { get; init; }

    [Description("active, suspended or deleted; what is deleted can be resumed while the grace lasts.")]
    public required string State { get; init; }

    [Description("Its plan.")]
    public required string Plan { get; init; }

    [Description("Where it differs from its plan; absent: nowhere.")]
    public OverridesForm? Overrides { get; init; }

    [Description("What it may, plan and exceptions together; not in lists.")]
    public LimitsForm? Limits { get; init; }

    [Description("When it was made.")]
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When it was deleted; absent: it is not.")]
    public DateTimeOffset? DeletedAt { get; init; }

    public static TenantForm Of(TenantView tenant) => Of(tenant, null);

    public static TenantForm Of(TenantView tenant, PlanTerms? terms) => new()
    {
        Id = tenant.Id,
        Name = tenant.Name,
        State = NameOf(tenant.State),
        Plan = tenant.Plan,
        Overrides = OverridesForm.Of(tenant.Overrides),
        Limits = terms is null
            ? null
            : LimitsForm.Of(tenant.Overrides?.Over(terms.Limits) ?? terms.Limits),
        CreatedAt = tenant.CreatedAt,
        DeletedAt = tenant.DeletedAt,
    };

    public static string NameOf(TenantState state) => state switch
    {
        TenantState.Active => "active",
        TenantState.Suspended => "suspended",
        TenantState.Deleted => "deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no state"),
    };
}

/// <summary>Since when a tenant has had a plan.</summary>
internal sealed record TenantPlanForm
{
    [Description("Since when.")]
    public required DateTimeOffset From { get; init; }

    [Description("Which plan.")]
    public required string Plan { get; init; }
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TenantBody))]
[JsonSerializable(typeof(TenantPut))]
[JsonSerializable(typeof(TenantForm))]
[JsonSerializable(typeof(Page<TenantForm>))]
[JsonSerializable(typeof(Page<TenantPlanForm>))]
[JsonSerializable(typeof(PairBody))]
[JsonSerializable(typeof(NewPairForm))]
[JsonSerializable(typeof(Page<PairForm>))]
[JsonSerializable(typeof(EndpointBody))]
[JsonSerializable(typeof(EndpointForm))]
[JsonSerializable(typeof(Page<EndpointForm>))]
[JsonSerializable(typeof(SourcesForm))]
[JsonSerializable(typeof(PresetsForm))]
[JsonSerializable(typeof(HostsForm))]
internal sealed partial class TenantJson : JsonSerializerContext;
