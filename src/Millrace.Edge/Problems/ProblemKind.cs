namespace Millrace.Edge.Problems;

/// <summary>One way in which a request is not answered with an image; a row of the table in docs/api.md.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable name, never reused: lower case, hyphens. Also the reason tag of metrics.</param>
/// <param name="Title">What is wrong, the same for every occurrence.</param>
/// <param name="Advice">What the caller can do, one sentence.</param>
public sealed record ProblemKind(int Status, string Code, string Title, string Advice)
{
    /// <summary>What stands before the code in a problem's <c>type</c>.</summary>
    public const string TypePrefix = "urn:millrace:problem:";

    /// <summary>The <c>type</c> member of RFC 9457.</summary>
    public string Type { get; } = TypePrefix + Code;
}
