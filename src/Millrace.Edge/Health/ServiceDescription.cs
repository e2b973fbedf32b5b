using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Core.Promises;

namespace Millrace.Edge.Health;

/// <summary>Adds what a service tells of itself to the OpenAPI document.</summary>
internal sealed class ServiceDescription : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var item = new OpenApiPathItem();
        item.AddOperation(HttpMethod.Get, new OpenApiOperation
        {
            OperationId = "readService",
            Summary = "Read what this server promises, and how it keeps it",
            Description = "Of the server that answers, not of the region. It takes no key.",
            Tags = new HashSet<OpenApiTagReference>(),
            Security = [],
            Responses = new OpenApiResponses { ["200"] = Answer() },
        });
        document.Paths[ServiceDefinition.Path] = item;
        return Task.CompletedTask;
    }

    private static OpenApiResponse Answer() => new()
    {
        Description = "As it stands now.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [ServiceText.MediaType] = new OpenApiMediaType
            {
                Schema = Of(
                    "The service.", ("role", "Which it is.", JsonSchemaType.String),
                    ("version", "Its build.", JsonSchemaType.String),
                    ("scope", "regional or global.", JsonSchemaType.String),
                    ("tenancy", "Whose requests it serves.", JsonSchemaType.String),
                    ("guarantees", "availability, latency, throughput, consistency, durability: a phrase each.",
                        JsonSchemaType.Object),
                    ("availability",
                        "What is counted, what of it is bad and what counts apart; objective, the share of good ones "
                        + "that is promised; windows, of 5 minutes, 1 hour and 30 days: since when it was counted, "
                        + "whether that is the whole window, good, bad, shed (more was asked for than there is room "
                        + "for) and unheard (the client had gone) answers, availability, which is good / (good + bad), "
                        + "and budgetLeft: 1 when nothing failed, 0 when as much failed as may, below 0 beyond. "
                        + "Without an answer to judge there is neither.",
                        JsonSchemaType.Object),
                    ("identity", "Age and state of what is known of tenants and keys, on a server with keys.",
                        JsonSchemaType.Object)),
            },
        },
    };

    private static OpenApiSchema Of(
        string description, params (string Name, string Description, JsonSchemaType Type)[] members)
    {
        var properties = new Dictionary<string, IOpenApiSchema>();
        foreach (var (name, text, type) in members)
            properties[name] = new OpenApiSchema { Type = type, Description = text };
        return new() { Type = JsonSchemaType.Object, Description = description, Properties = properties };
    }
}
