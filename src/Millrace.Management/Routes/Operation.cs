using System.Text.Json.Serialization.Metadata;
using Millrace.Management.Answers;

namespace Millrace.Management.Routes;

/// <summary>
/// What can be done at an address, as data: it is mapped, guarded and described from this alone.
/// </summary>
/// <param name="Name">In the OpenAPI document; unique.</param>
/// <param name="Summary">A few words.</param>
internal sealed record Operation(string Name, string Summary)
{
    /// <summary>More about it; empty: there is no more.</summary>
    public string Description { get; init; } = "";

    /// <summary>What it answers with; null: nothing.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>Status when it is done.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Whether it lists: takes <c>after</c> and <c>limit</c>.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether it changes what was looked at: If-Match is required.</summary>
    public bool NeedsMatch { get; init; }

    /// <summary>Query parameters besides, with what each does.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Refusals of its own, besides those that every address may give.</summary>
    public IReadOnlyList<ProblemKind> Problems { get; init; } = [];
}

/// <summary>Metadata of a mapped address, from which the document is made.</summary>
/// <param name="Verb">HTTP method.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Body">What it takes; null: nothing.</param>
internal sealed record MappedOperation(string Verb, Operation Operation, JsonTypeInfo? Body);
