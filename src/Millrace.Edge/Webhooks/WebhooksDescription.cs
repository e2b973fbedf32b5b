using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Core.Webhooks;
using Millrace.Edge.Description;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Webhooks;

/// <summary>Adds the delivery log to the OpenAPI document.</summary>
internal sealed class WebhooksDescription : IOpenApiDocumentTransformer
{
    private const string DeliverySchema = "Delivery";

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[DeliverySchema] = DescribeDelivery();
        var delivery = new OpenApiSchemaReference(DeliverySchema, document);
        Add(document, "", HttpMethod.Get, "listDeliveries", "List webhook deliveries, newest jobs first", 200,
            Text("deliveries, and next: the cursor of the next page or null.", JsonSchemaType.Object),
            [Parameter("limit", ParameterLocation.Query, "1 to 100; default 20."),
                Parameter("cursor", ParameterLocation.Query, "next of the answer before.")]);
        Add(document, "/{id}", HttpMethod.Get, "getDelivery", "Look at a delivery and its tries", 200, delivery,
            [Parameter("id", ParameterLocation.Path, "The job.")]);
        Add(document, "/{id}:replay", HttpMethod.Post, "replayDelivery",
            "Send a message once more, with the same webhook-id", 202, delivery,
            [Parameter("id", ParameterLocation.Path, "The job.")]);
        return Task.CompletedTask;
    }

    private static void Add(
        OpenApiDocument document, string path, HttpMethod method, string id, string summary, int status,
        IOpenApiSchema answer, List<IOpenApiParameter> parameters)
    {
        var operation = new OpenApiOperation
        {
            OperationId = id,
            Summary = summary,
            Tags = new HashSet<OpenApiTagReference>(),
            Parameters = parameters,
            Responses = new OpenApiResponses { [$"{status}"] = Json(answer) },
        };
        foreach (var refusal in path.Length == 0 ? [400, 503] : new[] { 404, 503 })
        {
            var kinds = ProblemKinds.All.Where(kind => kind.Status == refusal).ToArray();
            operation.Responses[$"{refusal}"] = ApiDescription.DescribeProblems(kinds, document);
        }
        var item = new OpenApiPathItem();
        item.AddOperation(method, operation);
        document.Paths[DeliveryEndpoint.Path + path] = item;
    }

    private static OpenApiResponse Json(IOpenApiSchema schema) => new()
    {
        Description = "As it stands now.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType { Schema = schema },
        },
    };

    private static OpenApiSchema DescribeDelivery() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "id", "messageId", "type", "endpoint", "state", "tries" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = Text("The job's id."),
            ["messageId"] = Text("The webhook-id, the same for every try."),
            ["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. WebhookEvents.All.Select(told => (JsonNode)told.Type())],
            },
            ["endpoint"] = Text("Its name."),
            ["state"] = Text("pending, delivered or failed."),
            ["reason"] = Text("Why it failed."),
            ["nextAt"] = Text("When it is tried next."),
            ["tries"] = Text("at, durationMs, status and reason of the latest tries.", JsonSchemaType.Array),
        },
    };

    private static OpenApiParameter Parameter(string name, ParameterLocation place, string description) => new()
    {
        Name = name,
        In = place,
        Required = place == ParameterLocation.Path,
        Description = description,
        Schema = Text(),
    };

    private static OpenApiSchema Text(string? description = null, JsonSchemaType type = JsonSchemaType.String) =>
        new() { Type = type, Description = description };
}
