namespace Millrace.Core.Transforms;

/// <summary>
/// Reads a transform from a query string, by the catalogue in <see cref="TransformParameters"/>. Never throws for what
/// a caller wrote: the first thing wrong is refused by name, with what is allowed.
/// </summary>
public static class TransformParser
{
    /// <summary>Longest query string, or names and values together, in characters; all at once need 700.</summary>
    public const int QueryLengthMax = 4_096;

    private const string AllowedEncoding = "percent-encoded UTF-8, in which a percent sign is %25";

    private static readonly string AllowedNames =
        "one of the parameters " + string.Join(", ", TransformParameters.All.Select(p => p.Name));

    /// <summary>Parses a query string, with or without its '?', percent-encoded, '+' standing for a space.</summary>
    public static TransformParsing Parse(string query)
    {
        if (query.Length > QueryLengthMax) return TooLong("query", query);
        var decoded = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in QueryText.Split(query))
        {
            if (QueryText.Decode(name) is not { } plainName || QueryText.Decode(value) is not { } plainValue)
                return Refused(name, value, AllowedEncoding);
            decoded.Add(new(plainName, plainValue));
        }
        return Parse(decoded);
    }

    /// <summary>Parses names and values that are already decoded, in any order.</summary>
    public static TransformParsing Parse(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var draft = TransformDraft.Empty;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var length = 0;
        foreach (var (name, value) in parameters)
        {
            length += name.Length + value.Length;
            if (length > QueryLengthMax) return TooLong(name, value);
            if (TransformParameters.Find(name) is not { } parameter) return Refused(name, value, AllowedNames);
            if (!given.TryAdd(name, value)) return Refused(name, value, "it once");
            if (parameter.Read(draft, value) is not { } read) return Refused(name, value, parameter.Allowed);
            draft = read;
        }
        return TransformContradictions.Find(draft, given) is { } refusal
            ? new(null, refusal)
            : new(draft.ToTransform(), null);
    }

    private static TransformParsing TooLong(string name, string value) =>
        Refused(name, value, $"at most {QueryLengthMax} characters in all");

    private static TransformParsing Refused(string name, string value, string allowed) =>
        new(null, TransformRefusal.Of(name, value, allowed));
}
