using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Keys;

/// <summary>A tenant's API keys, for operators and for the tenant itself.</summary>
internal sealed class KeyEndpoints(KeyBook keys)
{
    private const int OverlapSecondsMax = 90 * 24 * 60 * 60;
    private const int OverlapSecondsDefault = 24 * 60 * 60;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes, TenantAddress at)
    {
        var map = new OperationMap(routes, at.Prefix + "/keys", KeyJson.Default);
        map.Get("", at.Read, new(at.Name("list", "Keys"), "List the keys, revoked ones too")
        {
            Answer = KeyJson.Default.PageKeyForm,
            IsList = true,
        }, ListAsync);
        map.Post<KeyBody>("", at.Write, new(at.Name("create", "Key"), "Make a key")
        {
            Answer = KeyJson.Default.NewKeyForm,
            Status = StatusCodes.Status201Created,
            Problems = [ProblemKinds.ThingNotFound, ProblemKinds.ScopeBeyond, ProblemKinds.NotNow, ProblemKinds.TooMany],
        }, (call, body) => CreateAsync(call, body, at));
        map.Post("/{key}:rotate", at.Write, new(at.Name("rotate", "Key"), "Make a key in place of another")
        {
            Description = "The other goes on for the overlap, so that nothing stops while the new one is brought out.",
            Answer = KeyJson.Default.NewKeyForm,
            Status = StatusCodes.Status201Created,
            Query = new Dictionary<string, string>
            {
                ["overlapSeconds"] = $"How long the other goes on, 0 to {OverlapSecondsMax}; default a day.",
            },
            Problems = [ProblemKinds.BadField, ProblemKinds.ThingNotFound, ProblemKinds.ScopeBeyond,
                ProblemKinds.NotNow, ProblemKinds.TooMany],
        }, call => RotateAsync(call, at));
        map.Delete("/{key}", at.Write, new(at.Name("revoke", "Key"), "Revoke a key")
        {
            Description = "It opens nothing from now on, everywhere within seconds, for ever. Again is harmless.",
            Status = StatusCodes.Status204NoContent,
            Problems = [ProblemKinds.ThingNotFound],
        }, RevokeAsync);
    }

    private async Task<Answer> ListAsync(Call call)
    {
        if (call.ReadPage(out var page) is { } problem) return problem;
        var all = await keys.ListAsync(call.Tenant, call.Gone);
        var rest = page.After is null ? all : [.. all.SkipWhile(key => key.Id != page.After).Skip(1)];
        KeyForm[] items = [.. rest.Take(page.Limit).Select(KeyForm.Of)];
        return Answer.Of(
            new Page<KeyForm>(items, rest.Count > items.Length ? items[^1].Id : null), KeyJson.Default.PageKeyForm);
    }

    private async Task<Answer> CreateAsync(Call call, KeyBody body, TenantAddress at)
    {
        if (ScopeNames.Read(body.Scopes, out var scopes) is { } bad) return bad;
        if (IsBeyond(call, scopes)) return Problem.Of(ProblemKinds.ScopeBeyond);
        return Tell(call, at, await keys.CreateAsync(
            call.Caller.Actor, call.Tenant, new KeyWish(body.Name, scopes, body.ExpiresAt), call.Gone));
    }

    private async Task<Answer> RotateAsync(Call call, TenantAddress at)
    {
        if (ReadOverlap(call, out var overlap) is { } bad) return bad;
        var key = call.Part("key");
        // Only what is there can be beyond: of another's key nothing is told.
        var old = (await keys.ListAsync(call.Tenant, call.Gone)).FirstOrDefault(each => each.Id == key);
        if (old is not null && IsBeyond(call, old.Scopes)) return Problem.Of(ProblemKinds.ScopeBeyond);
        return Tell(call, at, await keys.RotateAsync(call.Caller.Actor, call.Tenant, key, overlap, call.Gone));
    }

    private async Task<Answer> RevokeAsync(Call call)
    {
        var outcome = await keys.RevokeAsync(call.Caller.Actor, call.Tenant, call.Part("key"), call.Gone);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Nothing;
    }

    private static bool IsBeyond(Call call, KeyScopes scopes) =>
        call.Caller.Key is { } own && (scopes & ~own.Scopes) != 0;

    private static Problem? ReadOverlap(Call call, out TimeSpan overlap)
    {
        overlap = TimeSpan.FromSeconds(OverlapSecondsDefault);
        if (call.Query("overlapSeconds") is not { } text) return null;
        var isTime = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= OverlapSecondsMax;
        overlap = TimeSpan.FromSeconds(seconds);
        return isTime ? null : Problem.Field("overlapSeconds", "it is out of range", $"0 to {OverlapSecondsMax}");
    }

    private static Answer Tell(Call call, TenantAddress at, Outcome<NewKey> outcome) =>
        outcome.Refusal is { } refusal
            ? Refusals.Tell(refusal)
            : Answer.Of(
                NewKeyForm.Of(outcome.Value!), KeyJson.Default.NewKeyForm, status: StatusCodes.Status201Created,
                location: at.Of(call.Tenant, "/keys/" + outcome.Value!.Key.Id));
}
