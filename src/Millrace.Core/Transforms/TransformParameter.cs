namespace Millrace.Core.Transforms;

/// <summary>One parameter of a query string, as a person needs to know it.</summary>
/// <param name="Name">Lower case, words joined by hyphens; also the name of the command line option.</param>
/// <param name="Allowed">What may stand there; follows the word use.</param>
/// <param name="Choices">Every text that may stand there, where they can be listed; else empty.</param>
/// <param name="Description">What it does, in one sentence or two.</param>
/// <param name="Default">What holds when it is absent.</param>
/// <param name="Example">A value that is taken.</param>
public sealed record TransformParameter(
    string Name, string Allowed, IReadOnlyList<string> Choices, string Description, string Default, string Example)
{
    /// <summary>Adds a value to a draft; null: the value is not allowed.</summary>
    internal Func<TransformDraft, string, TransformDraft?> Read { get; init; } = (_, _) => null;

    /// <summary>The canonical text of a value; null: it is the default, or told by another parameter.</summary>
    internal Func<Transform, string?> Write { get; init; } = _ => null;
}
