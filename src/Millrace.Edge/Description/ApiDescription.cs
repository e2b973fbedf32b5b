using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Edge.Admission;
using Millrace.Edge.Convert;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Description;

/// <summary>
/// Writes the OpenAPI document from the catalogues that the service itself works by: parameters from
/// <see cref="TransformParameters"/>, answers from <see cref="ProblemKinds"/>, media types from <see
/// cref="ImageFormats"/>.
/// </summary>
internal sealed class ApiDescription(ICallerSource callers) : IOpenApiDocumentTransformer
{
    private const string ProblemSchema = "Problem";
    private const string KeyScheme = "key";
    private const string ProblemMediaType = "application/problem+json";

    /// <summary>Refusals that this address never gives: they belong to others.</summary>
    private static readonly ProblemKind[] Elsewhere =
        [
            ProblemKinds.NotFound, ProblemKinds.LedgerUnavailable, ProblemKinds.PartNotReady,
            ProblemKinds.NotProgressing, ProblemKinds.TrialFailed,
            .. ProblemKinds.OfJobs,
        ];

    /// <summary>
    /// Parameters whose example is also the document's: pages to try an API put all such into one request, and all
    /// parameters together contradict one another.
    /// </summary>
    private static readonly string[] InFirstTry = ["width", "format"];

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Millrace",
            Version = "v1",
            Description = "Resizes and converts images. Every answer carries its job id in Millrace-Job; every error "
                + "is application/problem+json (RFC 9457) with a stable type.",
        };
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[ProblemSchema] = DescribeProblem();
        if (callers is KeyCallers) DescribeKeys(document);
        document.Paths[ConvertEndpoint.Path] = new OpenApiPathItem
        {
            Operations = new() { [HttpMethod.Post] = DescribeConvert(document) },
        };
        return Task.CompletedTask;
    }

    private static void DescribeKeys(OpenApiDocument document)
    {
        document.Components!.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[KeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key, mr_…",
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
    }

    private static OpenApiOperation DescribeConvert(OpenApiDocument document) => new()
    {
        OperationId = "convertImage",
        Summary = "Convert an image",
        Description = "Send an image, get it back resized, cropped, re-encoded. Without parameters: upright, metadata "
            + "stripped, in its own format.",
        Tags = new HashSet<OpenApiTagReference>(),
        Parameters = [.. TransformParameters.All.Select(Describe), .. DescribeHeaders()],
        RequestBody = DescribeBody(),
        Responses = DescribeResponses(document),
    };

    private static OpenApiParameter Describe(TransformParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = $"{parameter.Description} Use {parameter.Allowed}, for example `{parameter.Example}`. "
            + $"Default: {parameter.Default}.",
        Schema = parameter.Choices.Count == 0
            ? Text()
            : new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. parameter.Choices.Select(choice => (JsonNode)choice)],
            },
        Example = InFirstTry.Contains(parameter.Name) ? parameter.Example : null,
    };

    private static IEnumerable<OpenApiParameter> DescribeHeaders() =>
    [
        new()
        {
            Name = "If-None-Match",
            In = ParameterLocation.Header,
            Description = "ETags of results that the caller has: if the result would be one of them, the answer is 304 "
                + "and nothing is converted.",
            Schema = Text(),
        },
    ];

    private static OpenApiRequestBody DescribeBody() => new()
    {
        Required = true,
        Description = "The encoded image: JPEG, PNG, WebP, AVIF, GIF or TIFF, told by its first bytes, whatever type "
            + "is declared.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/octet-stream"] = new OpenApiMediaType { Schema = Binary() },
            ["image/*"] = new OpenApiMediaType { Schema = Binary() },
            ["multipart/form-data"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "file" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["file"] = Binary("The encoded image."),
                        ["watermark"] = Binary("The encoded watermark; only with the watermark parameter."),
                    },
                },
            },
        },
    };

    private static OpenApiResponses DescribeResponses(OpenApiDocument document)
    {
        var responses = new OpenApiResponses { ["200"] = DescribeImage(), ["304"] = DescribeUnchanged() };
        foreach (var kinds in ProblemKinds.All.Except(Elsewhere).GroupBy(kind => kind.Status))
        {
            responses[$"{kinds.Key}"] = DescribeProblems([.. kinds], document);
        }
        return responses;
    }

    private static OpenApiResponse DescribeImage() => new()
    {
        Description = "The result.",
        Headers = new Dictionary<string, IOpenApiHeader>
        {
            ["ETag"] = Header("Strong; equal for equal source, transform and build."),
            [RateGate.PolicyHeader] = Header("Of a caller with a key: the tenant's rate, q requests in w seconds."),
            [RateGate.Header] = Header("What is left of it: r requests now, all of them after t seconds."),
            ["Server-Timing"] = Header("auth, admit, read, queue, convert and total, in milliseconds."),
            [ProblemWriter.JobHeader] = Header("The request's id, a UUID of version 7."),
            ["Vary"] = Header("Accept, where the format was chosen from it."),
        },
        Content = ImageFormats.All.ToDictionary(
            format => format.MediaType(), _ => new OpenApiMediaType { Schema = Binary() }),
    };

    private static OpenApiResponse DescribeUnchanged() => new()
    {
        Description = "The caller has this result already.",
        Headers = new Dictionary<string, IOpenApiHeader> { ["ETag"] = Header("The one that matched.") },
    };

    /// <summary>Describes the answers of one status.</summary>
    internal static OpenApiResponse DescribeProblems(ProblemKind[] kinds, OpenApiDocument document)
    {
        var response = new OpenApiResponse
        {
            Description = string.Join("\n", kinds.Select(kind => $"- `{kind.Code}`: {kind.Title}. {kind.Advice}")),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [ProblemMediaType] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchemaReference(ProblemSchema, document),
                    Example = ExampleOf(kinds[0]),
                },
            },
        };
        if (kinds[0].Status is 429 or 503)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = Header("Seconds, 1 to 30."),
            };
        }
        return response;
    }

    private static JsonObject ExampleOf(ProblemKind kind) => new()
    {
        ["type"] = kind.Type,
        ["title"] = kind.Title,
        ["status"] = kind.Status,
        ["detail"] = kind.Advice,
        ["job"] = "0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11",
    };

    private static OpenApiSchema DescribeProblem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A problem as RFC 9457 has it.",
        Required = new HashSet<string> { "type", "title", "status", "detail", "job" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Stable name of the kind of problem.",
                Enum = [.. ProblemKinds.All.Select(kind => (JsonNode)kind.Type)],
            },
            ["title"] = Text("The kind of problem, for a person."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("What is wrong here and what to do."),
            ["parameter"] = Text("The query parameter at fault, if one is."),
            ["allowed"] = Text("What that parameter may hold."),
            ["job"] = Text("The request's id, as in Millrace-Job."),
        },
    };

    private static OpenApiHeader Header(string description) => new() { Description = description, Schema = Text() };

    private static OpenApiSchema Text(string? description = null) =>
        new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema Binary(string? description = null) =>
        new() { Type = JsonSchemaType.String, Format = "binary", Description = description };
}
