using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Tenants;

/// <summary>A tenant's webhook endpoints: their secrets are made here and told once.</summary>
internal sealed class EndpointEndpoints(ExtrasBook extras)
{
    private const int SecretBytes = 32;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes, TenantAddress at)
    {
        var map = new OperationMap(routes, at.Prefix + "/endpoints", TenantJson.Default);
        map.Get("", at.Read, new(at.Name("list", "Endpoints"), "List the webhook endpoints")
        {
            Answer = TenantJson.Default.PageEndpointForm,
            Problems = [ProblemKinds.ThingNotFound],
        }, ListAsync);
        map.Put<EndpointBody>("/{endpoint}", at.Write, new(
            at.Name("put", "Endpoint"), "Make a webhook endpoint, or change it")
        {
            Description = "A new one is told its secret in the answer; a change keeps the secrets.",
            Answer = TenantJson.Default.EndpointForm,
            Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
        }, PutAsync);
        map.Post("/{endpoint}:rotate", at.Write, new(
            at.Name("rotate", "Endpoint"), "Give a webhook endpoint another secret")
        {
            Description = "Both sign from now on; the older of two goes. Again takes the one before away.",
            Answer = TenantJson.Default.EndpointForm,
            Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
        }, RotateAsync);
        map.Delete("/{endpoint}", at.Write, new(at.Name("delete", "Endpoint"), "Take a webhook endpoint away")
        {
            Status = StatusCodes.Status204NoContent,
            Problems = [ProblemKinds.ThingNotFound],
        }, DeleteAsync);
    }

    private async Task<Answer> ListAsync(Call call)
    {
        var found = await extras.FindAsync(call.Tenant, call.Gone);
        return found.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Of(
            new Page<EndpointForm>([.. found.Value!.Endpoints.Select(EndpointForm.Of)], null),
            TenantJson.Default.PageEndpointForm);
    }

    private Task<Answer> PutAsync(Call call, EndpointBody body)
    {
        var name = call.Part("endpoint");
        var fresh = Secret();
        return SetAsync(call, name, fresh, before => new TenantEndpoint(
            name, body.Url, body.Types, before?.Secrets ?? [fresh]));
    }

    private Task<Answer> RotateAsync(Call call)
    {
        var fresh = Secret();
        return SetAsync(call, call.Part("endpoint"), fresh, before => before is null
            ? Refusal.NotFound("such endpoint")
            : before with { Secrets = [fresh, before.Secrets[0]] });
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        var name = call.Part("endpoint");
        var outcome = await extras.ChangeAsync(
            call.Caller.Actor, call.Tenant,
            before => before with { Endpoints = [.. before.Endpoints.Where(each => each.Name != name)] },
            null, call.Gone);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Nothing;
    }

    // The edit may run more than once; what it last made is what was stored.
    private async Task<Answer> SetAsync(
        Call call, string name, string fresh, Func<TenantEndpoint?, Outcome<TenantEndpoint>> edit)
    {
        TenantEndpoint? made = null;
        var outcome = await extras.ChangeAsync(
            call.Caller.Actor, call.Tenant,
            before =>
            {
                var edited = edit(before.Endpoints.FirstOrDefault(each => each.Name == name));
                if (edited.Refusal is { } refused) return refused;
                made = edited.Value!;
                return before with { Endpoints = [.. before.Endpoints.Where(each => each.Name != name), made] };
            },
            null, call.Gone);
        if (outcome.Refusal is { } refusal) return Refusals.Tell(refusal);
        var told = made!.Secrets.Contains(fresh) ? fresh : null;
        return Answer.Of(EndpointForm.Of(made, told), TenantJson.Default.EndpointForm);
    }

    private static string Secret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
}
