using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Millrace.Management.Answers;

namespace Millrace.Management.Routes;

/// <summary>Reads a body of JSON: bounded, and strict about what it holds.</summary>
internal static class JsonBody
{
    /// <summary>Longest body: a hundred presets, and room.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>Reads a body to its end.</summary>
    /// <returns>A thing, or what is wrong with the body.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async ValueTask<(T? Thing, Problem? Problem)> ReadAsync<T>(
        HttpContext context, JsonTypeInfo<T> type)
    {
        if (!context.Request.HasJsonContentType() || !StringValues.IsNullOrEmpty(context.Request.Headers.ContentEncoding))
            return (default, Problem.Of(ProblemKinds.UnsupportedMediaType) with { Closes = true });
        var (text, problem) = await ReadTextAsync(context);
        return problem is null ? Parse(text.Span, type) : (default, problem);
    }

    private static async ValueTask<(ReadOnlyMemory<byte> Text, Problem? Problem)> ReadTextAsync(HttpContext context)
    {
        if (context.Request.ContentLength > BytesMax) return (default, TooLong());
        using var text = new MemoryStream();
        var block = new byte[8 * 1024];
        try
        {
            while (await context.Request.Body.ReadAsync(block, context.RequestAborted) is > 0 and var read)
            {
                if (text.Length + read > BytesMax) return (default, TooLong());
                text.Write(block, 0, read);
            }
        }
        catch (BadHttpRequestException exception)
        {
            return (default, Problem.Of(ProblemKinds.OfStatus(exception.StatusCode)) with { Closes = true });
        }
        return (text.ToArray(), null);
    }

    private static (T? Thing, Problem? Problem) Parse<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, type) is not { } thing)
                return (default, Problem.Field("body", "it is null", "an object"));
            return ListHoldsNull(text)
                ? (default, Problem.Field("body", "a list in it holds null", "a value, or nothing"))
                : (thing, null);
        }
        catch (JsonException exception)
        {
            // The path, and not the text: secrets may stand in it.
            var field = exception.Path?.TrimStart('$', '.') is { Length: > 0 and < 100 } path ? path : "body";
            return (default, Problem.Field(field, ReasonOf(exception), "what /openapi/v1.json says"));
        }
    }

    // The serializer's own check ends at lists.
    private static bool ListHoldsNull(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        var lists = new Stack<bool>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray) lists.Push(true);
            else if (reader.TokenType is JsonTokenType.StartObject) lists.Push(false);
            else if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) lists.Pop();
            else if (reader.TokenType is JsonTokenType.Null && lists.TryPeek(out var isList) && isList) return true;
        }
        return false;
    }

    private static string ReasonOf(JsonException exception) =>
        exception.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "it is no known field"
        : exception.Message.Contains("required properties", StringComparison.Ordinal) ? Missing(exception.Message)
        : "it cannot be read";

    // The serializer lists them after a colon, each in quotes; they are names of ours.
    private static string Missing(string message)
    {
        var names = message.Split('\'').Where((_, index) => index % 2 == 1).Skip(1);
        return $"it lacks {string.Join(", ", names).TrimEnd('.')}";
    }

    private static Problem TooLong() => Problem.Of(
        ProblemKinds.TooManyBytes, FormattableString.Invariant($"At most {BytesMax} bytes of JSON are taken.")) with
    {
        Closes = true,
    };
}
