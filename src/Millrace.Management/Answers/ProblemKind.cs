namespace Millrace.Management.Answers;

/// <summary>One way in which a request is refused; a row of the table in docs/operations.md.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable name, never reused; where the data plane has the same kind, its name.</param>
/// <param name="Title">What is wrong, the same for every occurrence.</param>
/// <param name="Advice">What the caller can do, one sentence.</param>
internal sealed record ProblemKind(int Status, string Code, string Title, string Advice)
{
    /// <summary>The <c>type</c> member of RFC 9457.</summary>
    public string Type { get; } = "urn:millrace:problem:" + Code;
}
