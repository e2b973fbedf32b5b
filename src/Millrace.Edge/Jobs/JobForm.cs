using System.Text.Json;
using Millrace.Core.Jobs;
using Millrace.Core.Transforms;
using Millrace.Edge.Convert;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Reads a job from JSON, strictly: <c>source</c>, one of <c>transform</c> and <c>transforms</c>, and what may stand
/// beside them. A transform is a query string or an object of parameters.
/// </summary>
internal static class JobForm
{
    private const string Allowed = "source, transform or transforms, webhook, keepSeconds";
    private const string TransformAllowed =
        "a query string such as \"width=300&format=webp\", or an object of its parameters";

    /// <summary>Reads a whole body.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="problem">What is wrong; null when nothing is.</param>
    /// <returns>Null when something is wrong.</returns>
    public static JobWish? Read(ReadOnlyMemory<byte> text, out Problem? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return Read(document.RootElement, out problem);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter for texts that are no Unicode.
            problem = JobWish.Bad("body", "it is no JSON", "an object with " + Allowed);
            return null;
        }
    }

    private static JobWish? Read(JsonElement root, out Problem? problem)
    {
        problem = root.ValueKind == JsonValueKind.Object
            ? null
            : JobWish.Bad("body", "it is no object", "an object with " + Allowed);
        if (problem is not null) return null;
        var draft = new Draft();
        foreach (var field in root.EnumerateObject())
        {
            problem = draft.Take(field);
            if (problem is not null) return null;
        }
        problem = draft.Missing();
        return problem is null ? draft.ToWish() : null;
    }

    /// <summary>A job while its fields are read.</summary>
    private sealed class Draft
    {
        private readonly List<(string Name, Transform Transform)> _transforms = [];
        private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
        private string? _source;
        private string? _webhook;
        private TimeSpan? _keep;

        public Problem? Take(JsonProperty field)
        {
            if (!_taken.Add(field.Name)) return JobWish.Bad(field.Name, "it came twice", "it once");
            return field.Name switch
            {
                "source" => Text(field, out _source),
                JobWish.WebhookField => Text(field, out _webhook),
                JobWish.KeepField => Seconds(field),
                "transform" => TakeTransform(field.Name, JobTransform.DefaultName, field.Value),
                "transforms" => TakeTransforms(field.Value),
                _ => JobWish.Bad(field.Name, "it is no known field", Allowed),
            };
        }

        public Problem? Missing()
        {
            if (_source is null) return JobWish.Bad("source", "it is missing", "upload:ID, s3://bucket/key or a URL");
            if (_taken.Contains("transform") == _taken.Contains("transforms"))
                return JobWish.Bad("transform", "there must be it or transforms", TransformAllowed);
            return null;
        }

        public JobWish ToWish() => new(_transforms, _source, _webhook, _keep);

        private static Problem? Text(JsonProperty field, out string? text)
        {
            text = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : null;
            return text is null ? JobWish.Bad(field.Name, "it is no text", "a string") : null;
        }

        private Problem? Seconds(JsonProperty field)
        {
            var isNumber = field.Value.ValueKind == JsonValueKind.Number;
            if (!isNumber || !field.Value.TryGetInt32(out var seconds))
                return JobWish.Bad(field.Name, "it is no number", "whole seconds");
            _keep = TimeSpan.FromSeconds(seconds);
            return null;
        }

        private Problem? TakeTransforms(JsonElement transforms)
        {
            const string allowed = "an object of 1 to 16 names, each with a transform";
            if (transforms.ValueKind != JsonValueKind.Object)
                return JobWish.Bad("transforms", "it is no object", allowed);
            foreach (var field in transforms.EnumerateObject())
            {
                if (TakeTransform("transforms." + Shorten(field.Name), field.Name, field.Value) is { } problem)
                    return problem;
            }
            return _transforms.Count == 0 ? JobWish.Bad("transforms", "it is empty", allowed) : null;
        }

        private Problem? TakeTransform(string field, string name, JsonElement value)
        {
            if (!JobTransform.IsName(name)) return JobWish.Bad(field, "it is no name", JobTransform.NameAllowed);
            if (_transforms.Exists(one => one.Name == name)) return JobWish.Bad(field, "it came twice", "it once");
            if (_transforms.Count == JobRecord.TransformsMax)
                return JobWish.Bad(field, "it is one too many", $"at most {JobRecord.TransformsMax} transforms");
            if (Parse(value) is not { } parsing) return JobWish.Bad(field, "it is no transform", TransformAllowed);
            if (parsing.Refusal is { } refusal) return RequestOpening.Of(refusal) with { Closes = true };
            _transforms.Add((name, parsing.Transform!));
            return null;
        }

        private static TransformParsing? Parse(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => TransformParser.Parse(value.GetString()!),
            JsonValueKind.Object when value.EnumerateObject().All(field => IsPlain(field.Value)) =>
                TransformParser.Parse(value.EnumerateObject().Select(
                    field => new KeyValuePair<string, string>(field.Name, Plain(field.Value)))),
            _ => null,
        };

        private static bool IsPlain(JsonElement value) =>
            value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null);

        private static string Plain(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

        private static string Shorten(string name) => name.Length <= 40 ? name : name[..40];
    }
}
