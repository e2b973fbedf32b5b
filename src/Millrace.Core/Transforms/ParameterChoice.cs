using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core.Transforms;

/// <summary>A kind of value that is one of a few names; of several names for a value the first is canonical.</summary>
internal sealed class ParameterChoice<T>(params (string Name, T Value)[] choices)
{
    private readonly string[] _names = [.. choices.Select(c => c.Name)];

    public ParameterValue<T> Value => new($"{string.Join(", ", _names[..^1])} or {_names[^1]}", TryRead, _names);

    /// <summary>The canonical name of a value that has one.</summary>
    public string Name(T value) =>
        Array.Find(choices, c => EqualityComparer<T>.Default.Equals(c.Value, value)).Name;

    private bool TryRead(string text, [MaybeNullWhen(false)] out T value)
    {
        var index = Array.IndexOf(_names, text);
        value = index < 0 ? default : choices[index].Value;
        return index >= 0;
    }
}
