using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Worker.Pool;

namespace Millrace.Convert;

/// <summary>What the command line of <c>convert</c> says.</summary>
internal sealed record ConvertArguments
{
    /// <summary>Stands for stdin or stdout.</summary>
    public const string Standard = "-";

    public required string Input { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Query { get; init; }

    public string? WatermarkPath { get; init; }

    public int? Kernels { get; init; }

    public SandboxDemand Sandbox { get; init; }

    /// <summary>The transform; a single output file's extension names the format unless the options do.</summary>
    public TransformParsing Parse()
    {
        var query = Query;
        var named = Directory.Exists(Input) ? null : ImageFormats.Parse(Path.GetExtension(Output).TrimStart('.'));
        if (named is { } format && !query.Any(pair => pair.Key == "format"))
            query = [.. query, new("format", format.Name())];
        var parsing = TransformParser.Parse(query);
        return parsing.Transform?.Format == OutputFormat.Auto
            ? new TransformParsing(
                null, new TransformRefusal("format", "auto", "a format by name: there is no Accept header here"))
            : parsing;
    }
}
