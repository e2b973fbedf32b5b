using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Edge.Description;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Usage;

/// <summary>Adds the telling of usage to the OpenAPI document.</summary>
internal sealed class UsageDescription : IOpenApiDocumentTransformer
{
    private static readonly int[] Refusals = [400, 401, 403, 503];

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var operation = new OpenApiOperation
        {
            OperationId = "readUsage",
            Summary = "Read what the tenant has used",
            Description = "Sums by period, lane and class, of UTC. A ledger may be behind: freshness.completeUntil "
                + "says until when nothing of interactive and heavy work is missing.",
            Tags = new HashSet<OpenApiTagReference>(),
            Parameters = Parameters(),
            Responses = new OpenApiResponses { ["200"] = Answer() },
        };
        foreach (var refusal in Refusals)
        {
            var kinds = ProblemKinds.All.Where(kind => kind.Status == refusal).ToArray();
            operation.Responses[$"{refusal}"] = ApiDescription.DescribeProblems(kinds, document);
        }
        var item = new OpenApiPathItem();
        item.AddOperation(HttpMethod.Get, operation);
        document.Paths[UsageEndpoint.Path] = item;
        return Task.CompletedTask;
    }

    private static List<IOpenApiParameter> Parameters() =>
    [
        Parameter("from", "First time, such as 2026-11-25 or 2026-11-25T12:00:00Z; rounded down to a period."),
        Parameter("to", "First time that is not wanted, rounded up. Default: now."),
        Parameter("granularity", "Periods; a minute's range is a day at most, an hour's 31, a day's 366.",
            "hour", "minute", "day"),
        Parameter("format", "Default: as Accept says, JSON otherwise. CSV has no pages.", "json", "csv"),
        Parameter("limit", "Periods of a page, 1 to 1,440; default 1,000."),
        Parameter("cursor", "next of the answer before, with its from and to."),
    ];

    private static OpenApiParameter Parameter(string name, string description, params string[] allowed) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = allowed.Length == 0 ? null : [.. allowed.Select(one => (JsonNode)one)],
        },
    };

    private static OpenApiResponse Answer() => new()
    {
        Description = "As far as it is known now.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["tenant"] = Text("Whose it is.", JsonSchemaType.String),
                        ["from"] = Text("Beginning of the first period.", JsonSchemaType.String),
                        ["to"] = Text("End of the last.", JsonSchemaType.String),
                        ["granularity"] = Text("minute, hour or day.", JsonSchemaType.String),
                        ["freshness"] = Text(
                            "completeUntil, recorders, and behind: completeUntil of each recorder that should "
                            + "have delivered more.",
                            JsonSchemaType.Object),
                        ["usage"] = Text(
                            "at, lane, class, answers, billable, bytesIn, bytesOut and pixels of each sum that is not "
                            + "nothing.",
                            JsonSchemaType.Array),
                        ["next"] = Text("The cursor of the next page, or null.", JsonSchemaType.String),
                    },
                },
            },
            ["text/csv"] = new OpenApiMediaType { Schema = Text("A line for each sum.", JsonSchemaType.String) },
        },
    };

    private static OpenApiSchema Text(string description, JsonSchemaType type) =>
        new() { Type = type, Description = description };
}
