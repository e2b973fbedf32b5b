using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core.Transforms;

/// <summary>Reads a value; false: the text is none.</summary>
internal delegate bool ReadValue<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>One kind of value: how it is read, and what a person is told may stand there.</summary>
/// <param name="Allowed">Follows the word use, for example <c>a whole number from 1 to 100</c>.</param>
/// <param name="Read">Reads it.</param>
/// <param name="Choices">Every text that may stand there, where they can be listed; else empty.</param>
internal sealed record ParameterValue<T>(string Allowed, ReadValue<T> Read, IReadOnlyList<string> Choices)
{
    public ParameterValue(string allowed, ReadValue<T> read) : this(allowed, read, [])
    {
    }
}
