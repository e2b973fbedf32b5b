using Microsoft.AspNetCore.Http;
using Millrace.Management.Answers;

namespace Millrace.Management.Callers;

/// <summary>
/// Stands before every address that has a <see cref="Demand"/>: nothing of a request is read before its caller is known
/// and may do this.
/// </summary>
internal sealed class CallerGate(
    OperatorCallers operators, TenantCallers tenants, ClusterCallers cluster, DatabaseTrouble trouble)
{
    /// <summary>Goes on with a request, or refuses it; an address of somebody else's is passed by.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var demand = context.GetEndpoint()?.Metadata.GetMetadata<Demand>();
        return demand is null or { Of: CallerKind.Everybody }
            ? next(context)
            : trouble.GuardAsync(context, () => CheckAsync(context, demand, next));
    }

    /// <summary>As <see cref="HandleAsync"/>, and refuses an address that says of nobody that they may call it.</summary>
    public Task HandleAllAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<Demand>() is null
            ? throw new InvalidOperationException($"{endpoint.DisplayName} is mapped without a demand.")
            : HandleAsync(context, next);

    private async Task CheckAsync(HttpContext context, Demand demand, RequestDelegate next)
    {
        var reading = demand.Of switch
        {
            CallerKind.Operator => await operators.ReadAsync(context, demand.Role),
            CallerKind.Tenant => await tenants.ReadAsync(context),
            _ => cluster.Read(context),
        };
        if (reading.Problem is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }
        if (reading.Caller is { } caller) context.Features.Set(caller);
        await next(context);
    }
}
