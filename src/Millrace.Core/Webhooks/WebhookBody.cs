using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;

namespace Millrace.Core.Webhooks;

/// <summary>
/// The body of a message: <c>{type, timestamp, data}</c>, the same bytes for every try, as it is made of what never
/// changes. Pure.
/// </summary>
public static class WebhookBody
{
    private const string TimeForm = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>The body of a job's event, as UTF-8.</summary>
    public static byte[] Write(JobRecord record, JobOutcome outcome)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("type", WebhookEvents.Of(outcome).Type());
            writer.WriteString("timestamp", Text(outcome.FinishedAt));
            writer.WriteStartObject("data");
            WriteJob(writer, record, outcome);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return json.WrittenSpan.ToArray();
    }

    private static void WriteJob(Utf8JsonWriter writer, JobRecord record, JobOutcome outcome)
    {
        writer.WriteString("id", outcome.Id);
        writer.WriteString("acceptedAt", Text(record.AcceptedAt));
        writer.WriteString("finishedAt", Text(outcome.FinishedAt));
        writer.WriteString("expiresAt", Text(record.ExpiresAt));
        writer.WriteNumber("attempts", outcome.Attempts);
        writer.WriteStartArray("transforms");
        foreach (var transform in outcome.Transforms) WriteTransform(writer, transform);
        writer.WriteEndArray();
    }

    private static void WriteTransform(Utf8JsonWriter writer, TransformOutcome transform)
    {
        writer.WriteStartObject();
        writer.WriteString("name", transform.Name);
        if (transform.Result is { } result) WriteResult(writer, result);
        if (transform.Failure is { } failure)
        {
            writer.WriteStartObject("problem");
            writer.WriteString("type", FailureCode.Type(failure.Failure));
            writer.WriteString("detail", failure.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, JobResult result)
    {
        writer.WriteStartObject("result");
        writer.WriteString("mediaType", result.Format.MediaType());
        writer.WriteNumber("bytes", result.Bytes);
        writer.WriteString("sha256", result.ContentHash);
        writer.WriteNumber("width", result.Width);
        writer.WriteNumber("height", result.Height);
        writer.WriteNumber("frames", result.Frames);
        writer.WriteEndObject();
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeForm, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The stable types of failures, the same as those of the problems that the edge answers with. Pure.</summary>
public static class FailureCode
{
    /// <summary>For example <c>urn:millrace:problem:too-many-pixels</c>.</summary>
    public static string Type(ConversionFailure failure) => "urn:millrace:problem:" + Of(failure);

    /// <summary>The failure's name in lower case with hyphens; <c>unknown</c> for one of a newer build.</summary>
    public static string Of(ConversionFailure failure)
    {
        if (!Enum.IsDefined(failure)) return "unknown";
        // The one whose problem speaks of the request, not of the image.
        if (failure == ConversionFailure.Empty) return "empty-body";
        var code = new StringBuilder();
        foreach (var letter in failure.ToString())
        {
            if (char.IsAsciiLetterUpper(letter) && code.Length > 0) code.Append('-');
            code.Append(char.ToLowerInvariant(letter));
        }
        return code.ToString();
    }
}
