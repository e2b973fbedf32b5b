namespace Millrace.Management.Answers;

/// <summary>One occurrence of a problem, ready to be told.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Detail">What is wrong here and what to do, without internals.</param>
internal sealed record Problem(ProblemKind Kind, string Detail)
{
    /// <summary>The field or query parameter at fault, if one is.</summary>
    public string? Parameter { get; init; }

    /// <summary>What it may hold.</summary>
    public string? Allowed { get; init; }

    /// <summary>What to authenticate with, as WWW-Authenticate tells; null: nothing is told.</summary>
    public string? Challenge { get; init; }

    /// <summary>When to come again; null: no use, or never.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the connection ends with this answer, because a body stands unread on it.</summary>
    public bool Closes { get; init; }

    /// <summary>An occurrence with nothing to add to its kind but what was found.</summary>
    public static Problem Of(ProblemKind kind, string found = "") =>
        new(kind, found.Length == 0 ? kind.Advice : found + " " + kind.Advice);

    /// <summary>A field or query parameter that may not hold what it holds.</summary>
    public static Problem Field(string name, string found, string allowed) =>
        new(ProblemKinds.BadField, $"'{name}' is not as expected: {found}. {ProblemKinds.BadField.Advice}")
        {
            Parameter = name,
            Allowed = allowed,
        };
}
