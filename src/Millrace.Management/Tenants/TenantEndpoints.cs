using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Operators;
using Millrace.Management.Plans;
using Millrace.Management.Routes;

namespace Millrace.Management.Tenants;

/// <summary><c>/admin/v1/tenants</c>, and the tenant's own view of itself.</summary>
internal sealed class TenantEndpoints(TenantBook tenants, PlanBook plans)
{
    private const string Prefix = "/admin/v1/tenants";

    private static readonly Demand Viewer = Demand.Operator(OperatorRole.Viewer);
    private static readonly Demand Operator = Demand.Operator(OperatorRole.Operator);
    private static readonly Demand Owner = Demand.Operator(OperatorRole.Owner);

    /// <summary>Maps what operators do.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var map = new OperationMap(routes, Prefix, TenantJson.Default);
        map.Get("", Viewer, new("listTenants", "List the tenants")
        {
            Answer = TenantJson.Default.PageTenantForm,
            IsList = true,
            Query = new Dictionary<string, string> { ["state"] = "active, suspended or deleted; without it all." },
        }, ListAsync);
        map.Post<TenantBody>("", Operator, new("createTenant", "Make a tenant")
        {
            Answer = TenantJson.Default.TenantForm,
            Status = StatusCodes.Status201Created,
        }, CreateAsync);
        map.Get("/{tenant}", Viewer, new("getTenant", "Look at a tenant")
        {
            Answer = TenantJson.Default.TenantForm,
            Problems = [ProblemKinds.ThingNotFound],
        }, GetAsync);
        map.Put<TenantPut>("/{tenant}", Operator, new("putTenant", "Change a tenant's name, plan and exceptions")
        {
            Answer = TenantJson.Default.TenantForm,
            NeedsMatch = true,
            Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
        }, PutAsync);
        map.Get("/{tenant}/plans", Viewer, new("listTenantPlans", "List the plans that a tenant has had")
        {
            Answer = TenantJson.Default.PageTenantPlanForm,
        }, PlansAsync);
        MapStates(map);
    }

    /// <summary>Maps what a tenant sees of itself.</summary>
    public void MapOwn(IEndpointRouteBuilder routes) =>
        new OperationMap(routes, TenantAddress.Own.Prefix, TenantJson.Default).Get(
            "", Demand.Tenant, new("getOwnTenant", "Look at the own tenant")
            {
                Answer = TenantJson.Default.TenantForm,
            }, GetAsync);

    private void MapStates(OperationMap map)
    {
        map.Post("/{tenant}:suspend", Operator, StateOf(
            "suspendTenant", "Refuse a tenant's requests until it is resumed"),
            call => SetAsync(call, tenants.SuspendAsync));
        map.Post("/{tenant}:resume", Operator, StateOf(
            "resumeTenant", "Serve a tenant again, also one that was deleted, while the grace lasts"),
            call => SetAsync(call, tenants.ResumeAsync));
        map.Delete("/{tenant}", Owner, new("deleteTenant", "Delete a tenant")
        {
            Description = "Its keys are as unknown from now on; when the grace is over all of it goes. Again is harmless.",
            Status = StatusCodes.Status204NoContent,
            Problems = [ProblemKinds.ThingNotFound],
        }, DeleteAsync);
    }

    private static Operation StateOf(string name, string summary) => new(name, summary)
    {
        Description = "Everywhere within seconds. Again is harmless.",
        Answer = TenantJson.Default.TenantForm,
        Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
    };

    private async Task<Answer> ListAsync(Call call)
    {
        if (call.ReadPage(out var page) is { } problem) return problem;
        TenantState? state = null;
        if (call.Query("state") is { } name)
        {
            state = Enum.GetValues<TenantState>().Cast<TenantState?>()
                .FirstOrDefault(each => TenantForm.NameOf(each!.Value) == name);
            if (state is null) return Problem.Field("state", "it is none", "active, suspended or deleted");
        }
        var items = await tenants.ListAsync(page.After, page.Limit, state, call.Gone);
        // A full page may be the last: then the next is empty.
        var next = items.Count == page.Limit ? items[^1].Id : null;
        return Answer.Of(
            new Page<TenantForm>([.. items.Select(TenantForm.Of)], next), TenantJson.Default.PageTenantForm);
    }

    private async Task<Answer> CreateAsync(Call call, TenantBody body)
    {
        var outcome = await tenants.CreateAsync(call.Caller.Actor, new NewTenant(body.Name, body.Plan), call.Gone);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Of(
            TenantForm.Of(outcome.Value!), TenantJson.Default.TenantForm, VersionTag.Of(outcome.Value!.Revision),
            StatusCodes.Status201Created, $"{Prefix}/{outcome.Value.Id}");
    }

    private async Task<Answer> GetAsync(Call call)
    {
        var outcome = await tenants.FindAsync(call.Tenant, call.Gone);
        if (outcome.Refusal is { } refusal) return Refusals.Tell(refusal);
        return Tell(outcome.Value!, (await plans.FindAsync(outcome.Value!.Plan, call.Gone)).Value?.Terms);
    }

    private async Task<Answer> PutAsync(Call call, TenantPut body)
    {
        if (call.ReadMatch(out var version) is { } unmatched) return unmatched;
        var overrides = new LimitOverrides();
        if (body.Overrides?.Read(out overrides) is { } bad) return bad;
        var change = new TenantChange { Name = body.Name, Plan = body.Plan, Overrides = overrides };
        return Tell(await tenants.ChangeAsync(call.Caller.Actor, call.Tenant, change, version, call.Gone));
    }

    private async Task<Answer> PlansAsync(Call call)
    {
        var all = await tenants.PlansAsync(call.Tenant, call.Gone);
        return Answer.Of(
            new Page<TenantPlanForm>(
                [.. all.Select(each => new TenantPlanForm { From = each.From, Plan = each.Plan })], null),
            TenantJson.Default.PageTenantPlanForm);
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        var outcome = await tenants.DeleteAsync(call.Caller.Actor, call.Tenant, null, call.Gone);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Nothing;
    }

    private static async Task<Answer> SetAsync(
        Call call, Func<string, string, long?, CancellationToken, Task<Outcome<TenantView>>> set) =>
        Tell(await set(call.Caller.Actor, call.Tenant, null, call.Gone));

    private static Answer Tell(Outcome<TenantView> outcome) =>
        outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Tell(outcome.Value!, null);

    private static Answer Tell(TenantView tenant, PlanTerms? terms) => Answer.Of(
        TenantForm.Of(tenant, terms), TenantJson.Default.TenantForm, VersionTag.Of(tenant.Revision));
}
