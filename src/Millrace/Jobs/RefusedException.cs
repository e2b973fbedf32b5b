using System.Text.Json;

namespace Millrace.Jobs;

/// <summary>A server has said no, and would again. The message is its own, for people.</summary>
internal sealed class RefusedException(string message, bool concernsAll = false) : Exception(message)
{
    private static readonly string[] Said = ["title", "detail", "allowed"];

    /// <summary>Whether it would say the same of every other image: a wrong key, no such address.</summary>
    public bool ConcernsAll { get; } = concernsAll;

    /// <summary>A problem (RFC 9457) in words.</summary>
    public static string Words(JsonElement problem)
    {
        var parts = Said
            .Select(name => problem.TryGetProperty(name, out var part) ? part.ToString() : "")
            .Where(part => part.Length > 0)
            .Select(part => part.TrimEnd('.'));
        return string.Join(": ", parts) + ".";
    }
}
