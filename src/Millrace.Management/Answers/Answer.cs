using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Millrace.Management.Answers;

/// <summary>What a request is answered with: a thing, nothing, or a problem.</summary>
internal sealed class Answer
{
    private readonly Problem? _problem;
    private readonly Func<byte[]>? _write;
    private readonly int _status;

    private Answer(Problem? problem, Func<byte[]>? write, int status) =>
        (_problem, _write, _status) = (problem, write, status);

    /// <summary>204: it is done, and there is nothing to tell.</summary>
    public static Answer Nothing { get; } = new(null, null, StatusCodes.Status204NoContent);

    /// <summary>Entity tag, with its quotes; null: none.</summary>
    public string? Tag { get; init; }

    /// <summary>Where the new thing is; null: none is new.</summary>
    public string? Location { get; init; }

    /// <summary>A thing.</summary>
    public static Answer Of<T>(
        T thing, JsonTypeInfo<T> type, string? tag = null, int status = StatusCodes.Status200OK,
        string? location = null) =>
        new(null, () => JsonSerializer.SerializeToUtf8Bytes(thing, type), status) { Tag = tag, Location = location };

    /// <summary>A refusal.</summary>
    public static implicit operator Answer(Problem problem) => new(problem, null, problem.Kind.Status);

    /// <summary>Tells it.</summary>
    public Task WriteAsync(HttpContext context)
    {
        if (_problem is not null) return ProblemWriter.WriteAsync(context, _problem);
        var response = context.Response;
        response.StatusCode = _status;
        response.Headers.CacheControl = "no-store";
        if (Tag is not null) response.Headers.ETag = Tag;
        if (Location is not null) response.Headers.Location = Location;
        if (_write is null) return Task.CompletedTask;
        var body = _write();
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
