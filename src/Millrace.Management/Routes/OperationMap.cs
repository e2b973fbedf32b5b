using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Management.Answers;
using Millrace.Management.Callers;

namespace Millrace.Management.Routes;

/// <summary>Maps operations below one prefix.</summary>
/// <param name="routes">Where.</param>
/// <param name="prefix">Begins with a slash.</param>
/// <param name="json">Knows every body.</param>
internal sealed class OperationMap(IEndpointRouteBuilder routes, string prefix, JsonSerializerContext json)
{
    /// <summary>An operation that reads.</summary>
    public void Get(string path, Demand demand, Operation operation, Func<Call, Task<Answer>> handle) =>
        Map(HttpMethods.Get, path, demand, operation, null, context => handle(new Call(context)));

    /// <summary>An operation that takes something away.</summary>
    public void Delete(string path, Demand demand, Operation operation, Func<Call, Task<Answer>> handle) =>
        Map(HttpMethods.Delete, path, demand, operation, null, context => handle(new Call(context)));

    /// <summary>An operation that does something and takes no body.</summary>
    public void Post(string path, Demand demand, Operation operation, Func<Call, Task<Answer>> handle) =>
        Map(HttpMethods.Post, path, demand, operation, null, context => handle(new Call(context)));

    /// <summary>An operation that does something with a body.</summary>
    public void Post<TBody>(
        string path, Demand demand, Operation operation, Func<Call, TBody, Task<Answer>> handle) =>
        Map(HttpMethods.Post, path, demand, operation, handle);

    /// <summary>An operation that puts something whole.</summary>
    public void Put<TBody>(string path, Demand demand, Operation operation, Func<Call, TBody, Task<Answer>> handle) =>
        Map(HttpMethods.Put, path, demand, operation, handle);

    private void Map<TBody>(
        string verb, string path, Demand demand, Operation operation, Func<Call, TBody, Task<Answer>> handle)
    {
        var type = (JsonTypeInfo<TBody>)json.GetTypeInfo(typeof(TBody))!;
        Map(verb, path, demand, operation, type, async context =>
        {
            var call = new Call(context);
            var (body, problem) = await JsonBody.ReadAsync(context, type);
            return problem is not null ? problem : await handle(call, body!);
        });
    }

    private void Map(
        string verb, string path, Demand demand, Operation operation, JsonTypeInfo? body,
        Func<HttpContext, Task<Answer>> handle)
    {
        RequestDelegate serve = async context => await (await handle(context)).WriteAsync(context);
        // HEAD wherever there is GET, as HTTP has it.
        string[] verbs = verb == HttpMethods.Get ? [verb, HttpMethods.Head] : [verb];
        routes.MapMethods(prefix + path, verbs, serve)
            .WithMetadata(demand, new MappedOperation(verb, operation, body))
            .WithDisplayName($"{verb} {prefix}{path}");
    }
}
