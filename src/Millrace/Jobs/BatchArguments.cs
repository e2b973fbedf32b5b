using Millrace.Core.Jobs;
using Millrace.Core.Transforms;

namespace Millrace.Jobs;

/// <summary>What the command line of <c>jobs submit</c> says.</summary>
internal sealed record BatchArguments
{
    public required string Folder { get; init; }

    public required IReadOnlyList<string> Transforms { get; init; }

    public required string Output { get; init; }

    public required Uri Server { get; init; }

    public bool Watch { get; init; }

    public string? KeyPath { get; init; }

    public string? Tenant { get; init; }

    public string? Webhook { get; init; }

    public int Concurrency { get; init; } = 1;

    public TimeSpan Patience { get; init; }

    /// <summary>The transforms by name, or why there are none.</summary>
    public (IReadOnlyList<BatchTransform> Transforms, string? Refusal) Parse()
    {
        var transforms = new List<BatchTransform>();
        foreach (var text in Transforms)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var isNamed = colon > 0 && JobTransform.IsName(text[..colon]);
            var name = isNamed ? text[..colon] : JobTransform.DefaultName;
            var parsing = TransformParser.Parse(isNamed ? text[(colon + 1)..] : text);
            if (parsing.Transform is not { } transform) return ([], parsing.Refusal!.ToString());
            if (transforms.Exists(one => one.Name == name))
                return ([], $"Two transforms are called '{name}'; name each: small:width=300, large:width=1200.");
            transforms.Add(new BatchTransform(name, transform));
        }
        return transforms.Count <= JobRecord.TransformsMax
            ? (transforms, null)
            : ([], $"{transforms.Count} transforms are too many; a job has at most {JobRecord.TransformsMax}.");
    }
}

/// <summary>One of the results that each image gets.</summary>
internal sealed record BatchTransform(string Name, Transform Transform)
{
    /// <summary>As the query of a request has it.</summary>
    public string Query { get; } = Transform.ToString();
}
