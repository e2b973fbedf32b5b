using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Tenants;

/// <summary>A tenant's pairs that sign URLs: made here or brought along, told once, several at a time.</summary>
internal sealed class PairEndpoints(ExtrasBook extras)
{
    private const int SecretBytes = 32;
    private const int IdBytes = 5;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes, TenantAddress at)
    {
        var map = new OperationMap(routes, at.Prefix + "/signing-pairs", TenantJson.Default);
        map.Get("", at.Read, new(at.Name("list", "SigningPairs"), "List the pairs that sign URLs")
        {
            Answer = TenantJson.Default.PagePairForm,
            Problems = [ProblemKinds.ThingNotFound],
        }, ListAsync);
        map.Post("", at.Write, new(at.Name("create", "SigningPair"), "Make a pair")
        {
            Answer = TenantJson.Default.NewPairForm,
            Status = StatusCodes.Status201Created,
            Problems = [ProblemKinds.BadField, ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
        }, call => CreateAsync(call, at));
        map.Put<PairBody>("/{pair}", at.Write, new(at.Name("put", "SigningPair"), "Bring a pair along, or change it")
        {
            Answer = TenantJson.Default.PairForm,
            Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
        }, PutAsync);
        map.Delete("/{pair}", at.Write, new(at.Name("delete", "SigningPair"), "Take a pair away")
        {
            Description = "URLs that it signed are refused from now on. Again is harmless.",
            Status = StatusCodes.Status204NoContent,
            Problems = [ProblemKinds.ThingNotFound],
        }, DeleteAsync);
    }

    private async Task<Answer> ListAsync(Call call)
    {
        var found = await extras.FindAsync(call.Tenant, call.Gone);
        return found.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Of(
            new Page<PairForm>([.. found.Value!.SigningPairs.Select(pair => new PairForm { Id = pair.Id })], null),
            TenantJson.Default.PagePairForm);
    }

    private async Task<Answer> CreateAsync(Call call, TenantAddress at)
    {
        var pair = new UrlSigningPair("pair-" + Random(IdBytes), Random(SecretBytes), Random(SecretBytes));
        var outcome = await SetAsync(call, pair.Id, pair);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Of(
            new NewPairForm { Id = pair.Id, Key = pair.Key, Salt = pair.Salt }, TenantJson.Default.NewPairForm,
            status: StatusCodes.Status201Created, location: at.Of(call.Tenant, "/signing-pairs/" + pair.Id));
    }

    private async Task<Answer> PutAsync(Call call, PairBody body)
    {
        var id = call.Part("pair");
        var outcome = await SetAsync(call, id, new UrlSigningPair(id, body.Key, body.Salt));
        return outcome.Refusal is { } refusal
            ? Refusals.Tell(refusal)
            : Answer.Of(new PairForm { Id = id }, TenantJson.Default.PairForm);
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        var outcome = await SetAsync(call, call.Part("pair"), null);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Nothing;
    }

    private Task<Outcome<TenantView>> SetAsync(Call call, string id, UrlSigningPair? pair) => extras.ChangeAsync(
        call.Caller.Actor, call.Tenant,
        before =>
        {
            var pairs = before.SigningPairs.Where(each => each.Id != id);
            return before with { SigningPairs = pair is null ? [.. pairs] : [.. pairs, pair] };
        },
        null, call.Gone);

    private static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
