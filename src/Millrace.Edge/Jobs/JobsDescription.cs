using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Edge.Convert;
using Millrace.Edge.Description;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>Adds the addresses of jobs to the OpenAPI document.</summary>
internal sealed class JobsDescription : IOpenApiDocumentTransformer
{
    private const string JobSchema = "Job";

    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[JobSchema] = DescribeJob();
        Add(document, JobAnswer.Path, HttpMethod.Post, DescribeSubmit(document));
        Add(document, JobAnswer.Path, HttpMethod.Get, DescribeList(document));
        Add(document, JobAnswer.Path + "/{id}", HttpMethod.Get, DescribeGet(document));
        Add(document, JobAnswer.Path + "/{id}", HttpMethod.Delete, DescribeCancel(document));
        Add(document, JobAnswer.Path + "/{id}/result", HttpMethod.Get, DescribeResult(document, isNamed: false));
        Add(document, JobAnswer.Path + "/{id}/result/{name}", HttpMethod.Get, DescribeResult(document, isNamed: true));
        Add(document, UploadEndpoint.Path, HttpMethod.Post, DescribeUpload(document));
        AddPreference(document);
        return Task.CompletedTask;
    }

    private static void Add(OpenApiDocument document, string path, HttpMethod method, OpenApiOperation operation)
    {
        if (!document.Paths.TryGetValue(path, out var item)) document.Paths[path] = item = new OpenApiPathItem();
        ((OpenApiPathItem)item).AddOperation(method, operation);
    }

    // A conversion that prefers not to wait becomes a job.
    private static void AddPreference(OpenApiDocument document)
    {
        var convert = document.Paths[ConvertEndpoint.Path].Operations![HttpMethod.Post];
        convert.Parameters!.Add(Header("Prefer", "respond-async has the image converted as a durable job."));
        convert.Responses!["202"] = Job(document, "The job that it has become, with Prefer: respond-async.");
    }

    private static OpenApiOperation DescribeSubmit(OpenApiDocument document)
    {
        var convert = document.Paths[ConvertEndpoint.Path].Operations![HttpMethod.Post];
        return new OpenApiOperation
        {
            OperationId = "submitJob",
            Summary = "Have an image converted, durably",
            Description = "202 means that it will be done, whichever machine is lost: fetch the end at Location, or "
                + "have it sent to a webhook. The image is the body, with the transform in the query; or JSON names "
                + "a source and one or many transforms.",
            Tags = new HashSet<OpenApiTagReference>(),
            Parameters =
            [
                .. convert.Parameters!.Where(parameter => parameter.In == ParameterLocation.Query),
                Query(JobWish.KeepField, "How long source and results are kept, seconds. Default: a day."),
                Query(JobWish.WebhookField, "Where the end is told."),
                .. SubmitHeaders(),
            ],
            RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(convert.RequestBody!.Content!)
                {
                    ["application/json"] = new OpenApiMediaType { Schema = DescribeWish() },
                },
            },
            Responses = Answers(document, [400, 403, 404, 408, 409, 413, 415, 422, 503],
                ("200", Job(document, "The job has ended: it was waited for, or the key stands for it.")),
                ("202", Job(document, "Accepted. Location is the job, Retry-After when to look."))),
        };
    }

    private static OpenApiSchema DescribeWish() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "source" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["source"] = Text("upload:ID of an earlier upload, s3://bucket/key, or a URL of an allowed source."),
            ["transform"] = Text("A query string, or an object of its parameters; one of it and transforms."),
            ["transforms"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = $"Up to {JobRecord.TransformsMax} names, each with a transform; a name is "
                    + $"{JobTransform.NameAllowed}.",
            },
            [JobWish.WebhookField] = Text("Where the end is told."),
            [JobWish.KeepField] = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Description = "How long source and results are kept, seconds.",
            },
        },
    };

    private static IEnumerable<IOpenApiParameter> SubmitHeaders() =>
    [
        Header(IdempotencyKey.Name, "A string in double quotes; the same key and payload give the same job for a day."),
        Header("Prefer", "wait=N holds the answer until the job has ended, or N seconds."),
    ];

    private static OpenApiOperation DescribeList(OpenApiDocument document) => new()
    {
        OperationId = "listJobs",
        Summary = "List jobs, newest first",
        Tags = new HashSet<OpenApiTagReference>(),
        Parameters = [Query("limit", "1 to 100; default 20."), Query("cursor", "next of the answer before.")],
        Responses = Answers(document, [400, 503],
            ("200", Json("jobs, and next: the cursor of the next page or null.", Object()))),
    };

    private static OpenApiOperation DescribeGet(OpenApiDocument document) => new()
    {
        OperationId = "getJob",
        Summary = "Look at a job",
        Tags = new HashSet<OpenApiTagReference>(),
        Parameters =
        [
            InPath("id", "The job."),
            Header("Prefer", "wait=N holds the answer until the job has ended, or N seconds."),
        ],
        Responses = Answers(document, [404, 503],
            ("200", Job(document, "The job.")),
            ("303", Job(document, "It succeeded, has one result, and Accept does not name application/json."))),
    };

    private static OpenApiOperation DescribeCancel(OpenApiDocument document) => new()
    {
        OperationId = "cancelJob",
        Summary = "Cancel a job that no worker has begun",
        Tags = new HashSet<OpenApiTagReference>(),
        Parameters = [InPath("id", "The job.")],
        Responses = Answers(document, [404, 409, 503], ("200", Job(document, "It is cancelled."))),
    };

    private static OpenApiOperation DescribeResult(OpenApiDocument document, bool isNamed) => new()
    {
        OperationId = isNamed ? "getNamedResult" : "getResult",
        Summary = isNamed ? "Fetch one of a job's results" : "Fetch the result of a job that has one",
        Tags = new HashSet<OpenApiTagReference>(),
        Parameters =
        [
            InPath("id", "The job."),
            .. isNamed ? [InPath("name", "Of the transform.")] : Array.Empty<IOpenApiParameter>(),
            Header("Range", "One range of bytes."),
            Header("If-None-Match", "ETags that the caller has."),
        ],
        Responses = Answers(document, [404, 409, 410, 416, 422, 503],
            ("200", Image("The result.")),
            ("206", Image("The part of it that Range asks for.")),
            ("304", new OpenApiResponse { Description = "The caller has it already." })),
    };

    private static OpenApiOperation DescribeUpload(OpenApiDocument document) => new()
    {
        OperationId = "upload",
        Summary = "Store an image for jobs to name",
        Tags = new HashSet<OpenApiTagReference>(),
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/octet-stream"] = new OpenApiMediaType { Schema = Binary() },
                ["image/*"] = new OpenApiMediaType { Schema = Binary() },
            },
        },
        Responses = Answers(document, [400, 408, 411, 413, 415, 503],
            ("201", Json("id, source (upload:ID), bytes, sha256, expiresAt.", Object()))),
    };

    private static OpenApiSchema DescribeJob() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "id", "state", "href", "acceptedAt", "expiresAt", "source", "results" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = Text("UUID of version 7."),
            ["state"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. Enum.GetValues<JobState>().Select(state => (JsonNode)state.Name())],
            },
            ["href"] = Text("Its address."),
            ["acceptedAt"] = Text("RFC 3339."),
            ["expiresAt"] = Text("Until when source and results are kept."),
            ["finishedAt"] = Text("Once it has ended."),
            ["attempts"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Once it has ended." },
            ["webhook"] = Text("Where the end is told."),
            ["source"] = Object("type, bytes, width, height, frames, sha256."),
            ["results"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = Object("name, transform; then href, type, bytes, width, height, frames, sha256 and etag, or "
                    + "problem."),
            },
        },
    };

    private static OpenApiResponses Answers(
        OpenApiDocument document, int[] refusals, params (string Status, IOpenApiResponse Answer)[] answers)
    {
        var responses = new OpenApiResponses();
        foreach (var (status, answer) in answers) responses[status] = answer;
        foreach (var status in refusals)
        {
            var kinds = ProblemKinds.All.Where(kind => kind.Status == status).ToArray();
            responses[$"{status}"] = ApiDescription.DescribeProblems(kinds, document);
        }
        return responses;
    }

    private static OpenApiResponse Job(OpenApiDocument document, string description) =>
        Json(description, new OpenApiSchemaReference(JobSchema, document));

    private static OpenApiResponse Json(string description, IOpenApiSchema schema) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType { Schema = schema },
        },
    };

    private static OpenApiResponse Image(string description) => new()
    {
        Description = description,
        Content = ImageFormats.All.ToDictionary(
            format => format.MediaType(), _ => new OpenApiMediaType { Schema = Binary() }),
    };

    private static OpenApiParameter Query(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = Text() };

    private static OpenApiParameter InPath(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Path, Required = true, Description = description, Schema = Text() };

    private static OpenApiParameter Header(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = Text() };

    private static OpenApiSchema Object(string? description = null) =>
        new() { Type = JsonSchemaType.Object, Description = description };

    private static OpenApiSchema Text(string? description = null) =>
        new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
