using System.Text;
using Microsoft.AspNetCore.Http;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>Reads the header <c>Idempotency-Key</c>: a string of structured fields (RFC 9651), in quotes.</summary>
internal static class IdempotencyKey
{
    /// <summary>The header's name.</summary>
    public const string Name = "Idempotency-Key";

    private const int LengthMax = 255;

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">The string without quotes and escapes; null when there is no such header.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static Problem? Read(HttpRequest request, out string? key)
    {
        key = null;
        if (!request.Headers.TryGetValue(Name, out var values)) return null;
        key = values.Count == 1 ? Unquote(values[0] ?? "") : null;
        return key is null ? Problem.Of(ProblemKinds.BadIdempotencyKey) with { Closes = true } : null;
    }

    /// <summary>The string that a quoted text stands for; null when it is none.</summary>
    internal static string? Unquote(string text)
    {
        var quoted = text.Trim(' ');
        if (quoted.Length < 3 || quoted[0] != '"' || quoted[^1] != '"') return null;
        var key = new StringBuilder();
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            var letter = quoted[i];
            if (letter is < ' ' or > '~' or '"') return null;
            if (letter == '\\')
            {
                if (++i >= quoted.Length - 1 || quoted[i] is not ('"' or '\\')) return null;
                letter = quoted[i];
            }
            key.Append(letter);
        }
        return key.Length is > 0 and <= LengthMax ? key.ToString() : null;
    }
}
