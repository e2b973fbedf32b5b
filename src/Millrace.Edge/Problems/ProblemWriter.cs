using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Millrace.Edge.Answers;

namespace Millrace.Edge.Problems;

/// <summary>
/// Writes every error answer of this process, its own and the framework's, whatever the Accept header asks for: a
/// client that accepts only image/webp still learns what is wrong.
/// </summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    /// <summary>Name of the header that carries a request's id.</summary>
    public const string JobHeader = "Millrace-Job";

    /// <summary>
    /// Most bytes of an unread body that are taken off the wire after the answer, so that the answer is not lost to a
    /// TCP reset; what is longer is cut off at once. Four times the mean image.
    /// </summary>
    private const long DrainedBytesMax = 1 << 20;

    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var status = context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode;
        var title = ReasonPhrases.GetReasonPhrase(status);
        var kind = ProblemKinds.OfStatus(status) ?? new ProblemKind(status, $"status-{status}", title, title + ".");
        return new(WriteAsync(context.HttpContext, Problem.Of(kind)));
    }

    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json)) Write(writer, problem, context.TraceIdentifier);
        // For whoever counts answers: a status alone does not tell overload from a fault.
        context.Features.Set(problem);
        SetHeaders(context, problem, json.WrittenCount);
        if (problem.Closes) LimitDrain(context);
        // Not cancelled when the client goes: the write then ends by itself, and the problem is counted once.
        return context.Response.Body.WriteAsync(json.WrittenMemory, CancellationToken.None).AsTask();
    }

    /// <summary>Writes a problem as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, Problem problem, string job)
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

    private static void SetHeaders(HttpContext context, Problem problem, int length)
    {
        var response = context.Response;
        response.StatusCode = problem.Kind.Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = length;
        response.Headers.CacheControl = "no-store";
        // Again, because the exception handler clears what was set before.
        response.Headers[JobHeader] = context.TraceIdentifier;
        SafeHeaders.Set(context);
        if (problem.Closes) response.Headers.Connection = "close";
        if (problem.Challenge is not null) response.Headers.WWWAuthenticate = problem.Challenge;
        if (problem.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void LimitDrain(HttpContext context)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is { IsReadOnly: false }) limit.MaxRequestBodySize = DrainedBytesMax;
    }
}
