using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>Writes jobs as callers see them.</summary>
internal static class JobAnswer
{
    /// <summary>Address of all jobs.</summary>
    public const string Path = "/v1/jobs";

    // What is read by people and programs, and never put into a page, needs no escapes of & and quotes.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Address of a job.</summary>
    public static string Of(Guid id) => $"{Path}/{id}";

    /// <summary>Address of a result.</summary>
    public static string Of(JobRecord record, string name) => record.Transforms.Count == 1
        ? $"{Path}/{record.Id}/result"
        : $"{Path}/{record.Id}/result/{name}";

    /// <summary>Answers with a job.</summary>
    public static Task WriteAsync(HttpContext context, JobView view, int status) =>
        SendAsync(context, status, writer => Write(writer, view));

    /// <summary>Answers with some jobs.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<JobView> views, string? next) =>
        SendAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("jobs");
            foreach (var view in views) Write(writer, view);
            writer.WriteEndArray();
            writer.WriteString("next", next);
            writer.WriteEndObject();
        });

    /// <summary>Answers with JSON that nobody may keep.</summary>
    public static Task SendAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(json, Plain)) write(writer);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.WrittenCount;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(json.WrittenMemory, context.RequestAborted).AsTask();
    }

    /// <summary>The problem of a failure, as the interactive call would have told it.</summary>
    public static Problem ProblemOf(JobFailure failure) =>
        Problem.Of(ProblemKinds.OfStored(failure.Failure), failure.Reason);

    private static void Write(Utf8JsonWriter writer, JobView view)
    {
        var (record, outcome) = (view.Record, view.Outcome);
        writer.WriteStartObject();
        writer.WriteString("id", record.Id);
        writer.WriteString("state", view.State.Name());
        writer.WriteString("href", Of(record.Id));
        writer.WriteString("acceptedAt", record.AcceptedAt);
        writer.WriteString("expiresAt", record.ExpiresAt);
        if (outcome is not null)
        {
            writer.WriteString("finishedAt", outcome.FinishedAt);
            writer.WriteNumber("attempts", outcome.Attempts);
        }
        if (record.Webhook is not null) writer.WriteString("webhook", record.Webhook);
        WriteSource(writer, record.Source);
        writer.WriteStartArray("results");
        foreach (var transform in record.Transforms) Write(writer, view, transform);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter writer, JobSource source)
    {
        writer.WriteStartObject("source");
        writer.WriteString("type", source.Header.Format.MediaType());
        writer.WriteNumber("bytes", source.Bytes);
        writer.WriteNumber("width", source.Header.Width);
        writer.WriteNumber("height", source.Header.Height);
        writer.WriteNumber("frames", source.Header.Frames);
        writer.WriteString("sha256", source.ContentHash);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JobView view, JobTransform transform)
    {
        var made = view.Outcome?.Transforms.FirstOrDefault(one => one.Name == transform.Name);
        writer.WriteStartObject();
        writer.WriteString("name", transform.Name);
        writer.WriteString("transform", transform.Transform);
        if (made?.Result is { } result) Write(writer, view, transform, result);
        if (made?.Failure is { } failure)
        {
            writer.WritePropertyName("problem");
            ProblemWriter.Write(writer, ProblemOf(failure), view.Record.Id.ToString());
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JobView view, JobTransform transform, JobResult result)
    {
        if (view.State.HasResults()) writer.WriteString("href", Of(view.Record, transform.Name));
        writer.WriteString("type", result.Format.MediaType());
        writer.WriteNumber("bytes", result.Bytes);
        writer.WriteNumber("width", result.Width);
        writer.WriteNumber("height", result.Height);
        writer.WriteNumber("frames", result.Frames);
        writer.WriteString("sha256", result.ContentHash);
        writer.WriteString("etag", result.Tag);
    }

    /// <summary>A number of seconds as a header has it.</summary>
    public static string Seconds(TimeSpan span) =>
        Math.Max(0, (long)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
