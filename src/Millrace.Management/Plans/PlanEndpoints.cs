using Microsoft.AspNetCore.Routing;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Operators;
using Millrace.Management.Routes;

namespace Millrace.Management.Plans;

/// <summary><c>/admin/v1/plans</c>.</summary>
internal sealed class PlanEndpoints(PlanBook plans)
{
    private static readonly Demand Viewer = Demand.Operator(OperatorRole.Viewer);
    private static readonly Demand Owner = Demand.Operator(OperatorRole.Owner);

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var map = new OperationMap(routes, "/admin/v1/plans", PlanJson.Default);
        map.Get("", Viewer, new("listPlans", "List the plans")
        {
            Answer = PlanJson.Default.PagePlanForm,
            IsList = true,
        }, ListAsync);
        map.Get("/{plan}", Viewer, new("getPlan", "Look at a plan")
        {
            Answer = PlanJson.Default.PlanForm,
            Problems = [ProblemKinds.ThingNotFound],
        }, GetAsync);
        map.Put<TermsForm>("/{plan}", Owner, new("putPlan", "Make a plan, or a new version of it")
        {
            Description = "A new version holds from now on; the earlier ones stay for bills. If-Match is needed when "
                + "there is such a plan already.",
            Answer = PlanJson.Default.PlanForm,
            Problems = [ProblemKinds.Changed, ProblemKinds.MatchRequired, ProblemKinds.TooMany],
        }, PutAsync);
        map.Get("/{plan}/versions", Viewer, new("listPlanVersions", "List the versions of a plan")
        {
            Answer = PlanJson.Default.PagePlanForm,
            IsList = true,
        }, HistoryAsync);
    }

    private async Task<Answer> ListAsync(Call call)
    {
        if (call.ReadPage(out var page) is { } problem) return problem;
        var all = await plans.ListAsync(call.Gone);
        return List(page, all.Select(PlanForm.Of), plan => plan.Plan);
    }

    private async Task<Answer> GetAsync(Call call) => Tell(await plans.FindAsync(call.Part("plan"), call.Gone));

    private async Task<Answer> PutAsync(Call call, TermsForm body)
    {
        if (body.Read(out var terms) is { } bad) return bad;
        var plan = call.Part("plan");
        var isThere = (await plans.FindAsync(plan, call.Gone)).Refusal is null;
        var version = 0L;
        if (isThere && call.ReadMatch(out version) is { } problem) return problem;
        return Tell(await plans.PutAsync(
            call.Caller.Actor, plan, terms, isThere ? version : null, call.Gone));
    }

    private async Task<Answer> HistoryAsync(Call call)
    {
        if (call.ReadPage(out var page) is { } problem) return problem;
        var plan = call.Part("plan");
        var all = await plans.HistoryAsync(plan, call.Gone);
        return List(page, all.Select(version => PlanForm.Of(plan, version)), form => $"{form.Version:d9}");
    }

    // There are at most a thousand plans, and few versions of each.
    private static Answer List(PageWish wish, IEnumerable<PlanForm> all, Func<PlanForm, string> name)
    {
        var rest = all.Where(form => wish.After is null || string.CompareOrdinal(name(form), wish.After) > 0).ToList();
        var items = rest.Take(wish.Limit).ToList();
        var next = rest.Count > items.Count ? name(items[^1]) : null;
        return Answer.Of(new Page<PlanForm>(items, next), PlanJson.Default.PagePlanForm);
    }

    private static Answer Tell(Outcome<PlanView> outcome) => outcome.Refusal is { } refusal
        ? Refusals.Tell(refusal)
        : Answer.Of(
            PlanForm.Of(outcome.Value!), PlanJson.Default.PlanForm, VersionTag.Of(outcome.Value!.Revision));
}
