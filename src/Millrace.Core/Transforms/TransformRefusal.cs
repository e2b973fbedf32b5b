namespace Millrace.Core.Transforms;

/// <summary>Why a query string is no transform: one parameter, what it held, and what is allowed.</summary>
/// <param name="Parameter">Name as the caller wrote it, cut to 100 characters.</param>
/// <param name="Value">Value as the caller wrote it, cut to 100 characters.</param>
/// <param name="Allowed">What may stand there, for a person to read.</param>
public sealed record TransformRefusal(string Parameter, string Value, string Allowed)
{
    private const int ShownMax = 100;

    /// <summary>A refusal with name and value cut to what is shown.</summary>
    internal static TransformRefusal Of(string parameter, string value, string allowed) =>
        new(Shown(parameter), Shown(value), allowed);

    /// <summary>One sentence that names parameter, value and what is allowed.</summary>
    public override string ToString() => $"{Parameter}: '{Value}' is not allowed; use {Allowed}.";

    private static string Shown(string text) => text.Length > ShownMax ? text[..ShownMax] : text;
}

/// <summary>The outcome of parsing: exactly one of the two is not null.</summary>
/// <param name="Transform">The transform, when every value was good.</param>
/// <param name="Refusal">The first value that was not.</param>
public readonly record struct TransformParsing(Transform? Transform, TransformRefusal? Refusal);
