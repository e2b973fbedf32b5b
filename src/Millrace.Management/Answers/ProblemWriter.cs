using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Millrace.Management.Answers;

/// <summary>Writes every error answer, its own and the framework's, in the form that the data plane has.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    /// <summary>Name of the header that carries a request's id.</summary>
    public const string JobHeader = "Millrace-Job";

    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var status = context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode;
        return new(WriteAsync(context.HttpContext, Problem.Of(ProblemKinds.OfStatus(status))));
    }

    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json)) Write(writer, problem, context.TraceIdentifier);
        SetHeaders(context, problem, json.WrittenCount);
        return context.Response.Body.WriteAsync(json.WrittenMemory, CancellationToken.None).AsTask();
    }

    private static void Write(Utf8JsonWriter writer, Problem problem, string job)
    {
        writer.WriteStartObject();
        writer.WriteString("type", problem.Kind.Type);
        writer.WriteString("title", problem.Kind.Title);
        writer.WriteNumber("status", problem.Kind.Status);
        writer.WriteString("detail", problem.Detail);
        if (problem.Parameter is not null) writer.WriteString("parameter", problem.Parameter);
        if (problem.Allowed is not null) writer.WriteString("allowed", problem.Allowed);
        writer.WriteString("job", job);
        writer.WriteEndObject();
    }

    // All of them again, because the exception handler clears what was set before.
    private static void SetHeaders(HttpContext context, Problem problem, int length)
    {
        var response = context.Response;
        response.StatusCode = problem.Kind.Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = length;
        response.Headers[JobHeader] = context.TraceIdentifier;
        SafeHeaders.Set(context);
        if (problem.Closes) response.Headers.Connection = "close";
        if (problem.Challenge is not null) response.Headers.WWWAuthenticate = problem.Challenge;
        if (problem.RetryAfter is not { } wait) return;
        response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
