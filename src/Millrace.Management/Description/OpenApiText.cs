using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Operators;
using Millrace.Management.Routes;

namespace Millrace.Management.Description;

/// <summary>
/// Writes the OpenAPI 3.1 document from what is mapped: addresses from the routes, bodies from the very types that are
/// read and written, answers from <see cref="ProblemKinds"/>.
/// </summary>
internal sealed partial class OpenApiText
{
    private const string ProblemMediaType = "application/problem+json";

    private static readonly JsonSchemaExporterOptions Export = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Describe,
    };

    /// <summary>Refusals that every address may give, by whom it is for.</summary>
    private static readonly Dictionary<CallerKind, ProblemKind[]> OfCallers = new()
    {
        [CallerKind.Operator] = [ProblemKinds.TokenMissing, ProblemKinds.TokenUnknown, ProblemKinds.RoleMissing],
        [CallerKind.Tenant] =
        [
            ProblemKinds.KeyMissing, ProblemKinds.KeyUnknown, ProblemKinds.ScopeMissing,
            ProblemKinds.TenantSuspended,
        ],
    };

    private readonly JsonObject _schemas = [];

    private OpenApiText() => _schemas["Problem"] = ProblemSchema();

    /// <summary>The document of these addresses.</summary>
    public static JsonObject Of(IEnumerable<RouteEndpoint> endpoints)
    {
        var text = new OpenApiText();
        var paths = new JsonObject();
        foreach (var endpoint in endpoints.Where(each => each.Metadata.GetMetadata<MappedOperation>() is not null))
        {
            var mapped = endpoint.Metadata.GetMetadata<MappedOperation>()!;
            var path = endpoint.RoutePattern.RawText!;
            if (paths[path] is not JsonObject item) paths[path] = item = [];
            item[mapped.Verb.ToLowerInvariant()] =
                text.Describe(path, mapped, endpoint.Metadata.GetMetadata<Demand>()!);
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Millrace management",
                ["version"] = "v1",
                ["description"] = "Tenants, keys, plans. Lists go on with ?after=NEXT of the page before; a change needs "
                    + "If-Match with the ETag of what was looked at; every error is application/problem+json.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = text._schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["operator"] = Bearer("An operator's token, or a JWT of the issuer."),
                    ["key"] = Bearer("A tenant's API key."),
                },
            },
        };
    }

    private JsonObject Describe(string path, MappedOperation mapped, Demand demand)
    {
        var operation = mapped.Operation;
        var described = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Summary,
            ["description"] = WhoMay(demand) + (operation.Description.Length > 0 ? "\n\n" + operation.Description : ""),
            ["tags"] = new JsonArray(demand.Of == CallerKind.Tenant ? "account" : path.Split('/')[3]),
            ["security"] = new JsonArray(new JsonObject
            {
                [demand.Of == CallerKind.Tenant ? "key" : "operator"] = new JsonArray(),
            }),
            ["parameters"] = Parameters(path, operation),
            ["responses"] = Responses(mapped, demand),
        };
        if (mapped.Body is not null) described["requestBody"] = Body(mapped.Body);
        return described;
    }

    private static string WhoMay(Demand demand) => demand.Of == CallerKind.Tenant
        ? "For keys with the scope account."
        : $"For operators with the role {demand.Role.Name()}.";

    private static JsonArray Parameters(string path, Operation operation)
    {
        var all = new JsonArray();
        foreach (Match part in PathPart().Matches(path))
            all.Add(Parameter(part.Groups[1].Value, "path", "", isRequired: true));
        if (operation.IsList)
        {
            all.Add(Parameter("after", "query", "next of the page before; without it the first page."));
            all.Add(Parameter("limit", "query", $"Entries, 1 to {Call.LimitMax}; default {Call.LimitDefault}."));
        }
        foreach (var (name, does) in operation.Query) all.Add(Parameter(name, "query", does));
        if (operation.NeedsMatch)
            all.Add(Parameter("If-Match", "header", "ETag of what was looked at.", isRequired: true));
        return all;
    }

    private static JsonObject Parameter(string name, string place, string does, bool isRequired = false) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = isRequired,
        ["description"] = does,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private JsonObject Body(JsonTypeInfo type) => new()
    {
        ["required"] = true,
        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(type) } },
    };

    private JsonObject Responses(MappedOperation mapped, Demand demand)
    {
        var operation = mapped.Operation;
        var done = new JsonObject { ["description"] = "It is done." };
        if (operation.Answer is { } answer)
            done["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(answer) } };
        var all = new JsonObject { [$"{operation.Status}"] = done };
        foreach (var kinds in Problems(mapped, demand).Distinct().GroupBy(kind => kind.Status).OrderBy(each => each.Key))
        {
            all[$"{kinds.Key}"] = new JsonObject
            {
                ["description"] = string.Join(
                    '\n', kinds.Select(kind => $"- `{kind.Code}`: {kind.Title}. {kind.Advice}")),
                ["content"] = new JsonObject
                {
                    [ProblemMediaType] = new JsonObject { ["schema"] = Pointer("Problem") },
                },
            };
        }
        return all;
    }

    private static IEnumerable<ProblemKind> Problems(MappedOperation mapped, Demand demand) =>
    [
        .. OfCallers.GetValueOrDefault(demand.Of, []), ProblemKinds.TooManyWrongKeys, ProblemKinds.DatabaseAway,
        .. mapped.Operation.Problems,
        .. mapped.Body is null ? Array.Empty<ProblemKind>() :
        [
            ProblemKinds.BadField, ProblemKinds.TooManyBytes, ProblemKinds.UnsupportedMediaType,
        ],
        .. mapped.Operation.NeedsMatch ? [ProblemKinds.Changed, ProblemKinds.MatchRequired] : Array.Empty<ProblemKind>(),
        .. mapped.Operation.IsList ? [ProblemKinds.BadField] : Array.Empty<ProblemKind>(),
    ];

    private JsonObject Reference(JsonTypeInfo type)
    {
        var name = NameOf(type.Type);
        if (!_schemas.ContainsKey(name)) _schemas[name] = type.GetJsonSchemaAsNode(Export);
        return Pointer(name);
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? string.Concat(type.GetGenericArguments().Select(NameOf)) + type.Name.Split('`')[0]
        : type.Name;

    private static JsonObject Pointer(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    private static JsonObject Bearer(string does) =>
        new() { ["type"] = "http", ["scheme"] = "bearer", ["description"] = does };

    // Each schema stands by itself: what the exporter would point to within it, components cannot hold.
    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var words = context.PropertyInfo?.AttributeProvider?
            .GetCustomAttributes(typeof(DescriptionAttribute), inherit: false).OfType<DescriptionAttribute>()
            .FirstOrDefault();
        if (words is not null && schema is JsonObject described) described["description"] = words.Description;
        return schema;
    }

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "A problem as RFC 9457 has it.",
        ["required"] = new JsonArray("type", "title", "status", "detail", "job"),
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. ProblemKinds.All.Select(kind => (JsonNode)kind.Type)]),
            },
            ["title"] = Text("The kind of problem, for a person."),
            ["status"] = new JsonObject { ["type"] = "integer", ["description"] = "The HTTP status." },
            ["detail"] = Text("What is wrong here and what to do."),
            ["parameter"] = Text("The field or parameter at fault, if one is."),
            ["allowed"] = Text("What it may hold."),
            ["job"] = Text("The request's id, as in Millrace-Job."),
        },
    };

    private static JsonObject Text(string does) => new() { ["type"] = "string", ["description"] = does };

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex PathPart();
}
