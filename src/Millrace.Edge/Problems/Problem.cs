namespace Millrace.Edge.Problems;

/// <summary>One occurrence of a problem, ready to be told to the caller.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Detail">What is wrong here and what to do, without internals.</param>
internal sealed record Problem(ProblemKind Kind, string Detail)
{
    /// <summary>The query parameter at fault, if one is.</summary>
    public string? Parameter { get; init; }

    /// <summary>What that parameter may hold.</summary>
    public string? Allowed { get; init; }

    /// <summary>What to authenticate with, as the header WWW-Authenticate tells; null: nothing is told.</summary>
    public string? Challenge { get; init; }

    /// <summary>When to come again; null: no use, or never.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the connection ends with this answer, because a body stands unread on it or the service stops.
    /// </summary>
    public bool Closes { get; init; }

    /// <summary>
    /// Whether the client has most likely gone, so that this counts as a hang-up; told all the same, as a client may
    /// close only its own direction.
    /// </summary>
    public bool IsUnheard { get; init; }

    /// <summary>An occurrence with nothing to add to its kind but what was found.</summary>
    public static Problem Of(ProblemKind kind, string found = "") =>
        new(kind, found.Length == 0 ? kind.Advice : found + " " + kind.Advice);
}
