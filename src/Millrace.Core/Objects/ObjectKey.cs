using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core.Objects;

/// <summary>
/// The name of an object: 1 to 16 segments of <c>A-Z a-z 0-9 . _ - ~ =</c> with slashes between, at most
/// <see cref="LengthMax"/> characters in all and 128 a segment; no segment begins with a dot. So it is the same name in
/// every store, and no path can be tricked with it. Case counts.
/// </summary>
public readonly record struct ObjectKey
{
    /// <summary>Longest key in characters, which are bytes.</summary>
    public const int LengthMax = 512;

    private const int SegmentsMax = 16;
    private const int SegmentLengthMax = 128;

    private readonly string? _text;

    private ObjectKey(string text) => _text = text;

    /// <summary>A key from its text.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static ObjectKey Of(string text) =>
        TryParse(text, out var key) ? key : throw new ArgumentException($"'{text}' is no object key.", nameof(text));

    /// <summary>Reads a key; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ObjectKey key)
    {
        key = default;
        if (text is not { Length: > 0 and <= LengthMax }) return false;
        var segments = 0;
        foreach (var part in text.AsSpan().Split('/'))
        {
            if (++segments > SegmentsMax || !IsSegment(text.AsSpan(part))) return false;
        }
        key = new ObjectKey(text);
        return true;
    }

    /// <summary>Whether keys can begin so: empty, or whole segments with a slash after each.</summary>
    public static bool IsPrefix(string text) =>
        text.Length == 0 || (text[^1] == '/' && TryParse(text[..^1], out _));

    /// <summary>The order of stores: by bytes.</summary>
    public int CompareTo(ObjectKey other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    private static bool IsSegment(ReadOnlySpan<char> segment)
    {
        if (segment.Length is 0 or > SegmentLengthMax || segment[0] == '.') return false;
        foreach (var character in segment)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !"._-~=".Contains(character)) return false;
        }
        return true;
    }
}
