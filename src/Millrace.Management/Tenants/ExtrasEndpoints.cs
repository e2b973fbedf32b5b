using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Tenants;

/// <summary>A tenant's allowed sources, presets and host names: each read and put whole.</summary>
internal sealed class ExtrasEndpoints(ExtrasBook extras, TenantBook tenants)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes, TenantAddress at)
    {
        var map = new OperationMap(routes, at.Prefix, TenantJson.Default);
        map.Get("/sources", at.Read, Look(at, "Sources", "List the allowed sources"), SourcesAsync);
        map.Put<SourcesForm>("/sources", at.Write, Put(at, "Sources", "Put the allowed sources"), PutSourcesAsync);
        map.Get("/presets", at.Read, Look(at, "Presets", "List the presets"), PresetsAsync);
        map.Put<PresetsForm>("/presets", at.Write, Put(at, "Presets", "Put the presets"), PutPresetsAsync);
    }

    /// <summary>Maps host names, which are given out by operators alone: whose a name is decides whose requests are.</summary>
    public void MapHosts(IEndpointRouteBuilder routes)
    {
        var at = TenantAddress.OfOperators;
        var map = new OperationMap(routes, at.Prefix, TenantJson.Default);
        map.Get("/hosts", at.Read, Look(at, "Hosts", "List the host names"), HostsAsync);
        map.Put<HostsForm>("/hosts", at.Write, Put(at, "Hosts", "Put the host names"), PutHostsAsync);
    }

    private static Operation Look(TenantAddress at, string what, string summary) => new(at.Name("get", what), summary)
    {
        Answer = AnswerOf(what),
        Problems = [ProblemKinds.ThingNotFound],
    };

    private static Operation Put(TenantAddress at, string what, string summary) => new(at.Name("put", what), summary)
    {
        Answer = AnswerOf(what),
        NeedsMatch = true,
        Problems = [ProblemKinds.ThingNotFound, ProblemKinds.NotNow],
    };

    private static JsonTypeInfo AnswerOf(string what) => what switch
    {
        "Sources" => TenantJson.Default.SourcesForm,
        "Presets" => TenantJson.Default.PresetsForm,
        _ => TenantJson.Default.HostsForm,
    };

    private Task<Answer> SourcesAsync(Call call) => LookAsync(call, (found, tag) => Tell(found.Sources, tag));

    private Task<Answer> PresetsAsync(Call call) => LookAsync(call, (found, tag) => Tell(found.Presets, tag));

    private Task<Answer> HostsAsync(Call call) => LookAsync(call, (found, tag) => Tell(found.Hosts, tag));

    private Task<Answer> PutSourcesAsync(Call call, SourcesForm body)
    {
        List<AllowedSource> sources =
            [.. body.Sources.Select(each => new AllowedSource(each.Scheme, each.Host, each.Port))];
        return PutAsync(call, before => before with { Sources = sources }, tag => Tell(sources, tag));
    }

    private async Task<Answer> PutPresetsAsync(Call call, PresetsForm body) => body.Presets.Values.Contains(null!)
        ? Problem.Field("presets", "one of them is null", "a query as images:convert takes it")
        : await PutAsync(call, before => before with { Presets = body.Presets }, tag => Tell(body.Presets, tag));

    private Task<Answer> PutHostsAsync(Call call, HostsForm body) =>
        PutAsync(call, before => before with { Hosts = body.Hosts }, tag => Tell(body.Hosts, tag));

    // The version first: what is read after it is as new, and a change between the two is found out by the next put.
    private async Task<Answer> LookAsync(Call call, Func<TenantExtras, string, Answer> tell)
    {
        var tenant = await tenants.FindAsync(call.Tenant, call.Gone);
        if (tenant.Refusal is { } refusal) return Refusals.Tell(refusal);
        var found = await extras.FindAsync(call.Tenant, call.Gone);
        return found.Refusal is { } gone
            ? Refusals.Tell(gone)
            : tell(found.Value!, VersionTag.Of(tenant.Value!.Revision));
    }

    private async Task<Answer> PutAsync(Call call, Func<TenantExtras, TenantExtras> edit, Func<string, Answer> tell)
    {
        if (call.ReadMatch(out var version) is { } unmatched) return unmatched;
        var outcome = await extras.ChangeAsync(
            call.Caller.Actor, call.Tenant, before => edit(before), version, call.Gone);
        return outcome.Refusal is { } refusal
            ? Refusals.Tell(refusal)
            : tell(VersionTag.Of(outcome.Value!.Revision));
    }

    private static Answer Tell(IReadOnlyList<AllowedSource> sources, string tag) => Answer.Of(
        new SourcesForm
        {
            Sources = [.. sources.Select(each => new SourceForm
            {
                Scheme = each.Scheme,
                Host = each.HostSuffix,
                Port = each.Port,
            })],
        },
        TenantJson.Default.SourcesForm, tag);

    private static Answer Tell(IReadOnlyDictionary<string, string> presets, string tag) =>
        Answer.Of(new PresetsForm { Presets = presets }, TenantJson.Default.PresetsForm, tag);

    private static Answer Tell(IReadOnlyList<string> hosts, string tag) =>
        Answer.Of(new HostsForm { Hosts = hosts }, TenantJson.Default.HostsForm, tag);
}
