using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Promises;

/// <summary>
/// An <see cref="AnswerHistory"/> as a file: a line with the form, one with the beginning, one an hour, and a last one
/// with the SHA-256 of all before it. At most 721 hours, some 40 KB. It is believed as a whole or not at all.
/// </summary>
public static class AnswerHistoryText
{
    private const string Form = "millrace answers 1";
    private const string Since = "since ";
    private const string Sum = "sha256 ";
    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes it.</summary>
    public static byte[] Write(AnswerHistory history)
    {
        var text = new StringBuilder();
        text.Append(Form).Append('\n').Append(Since).Append(Write(history.Since)).Append('\n');
        foreach (var (from, c) in history.Hours)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Write(from)} {c.Good} {c.Bad} {c.Shed} {c.Unheard}\n");
        }
        var before = text.ToString();
        return Encoding.ASCII.GetBytes(before + Sum + SumOf(before) + "\n");
    }

    /// <summary>Reads it; null when it is not all that was written, or of another form.</summary>
    public static AnswerHistory? Read(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var end = text.LastIndexOf(Sum, StringComparison.Ordinal);
        if (end < 0 || text[end..] != Sum + SumOf(text[..end]) + "\n") return null;
        var lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2 || lines[0] != Form || !lines[1].StartsWith(Since, StringComparison.Ordinal)) return null;
        var hours = lines.Skip(2).Select(ReadHour).ToList();
        return ReadMoment(lines[1][Since.Length..]) is { } since && hours.TrueForAll(hour => hour is not null)
            ? new(since, [.. hours.Select(hour => hour!.Value)])
            : null;
    }

    private static (DateTimeOffset From, AnswerCounts Counts)? ReadHour(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 5 || ReadMoment(parts[0]) is not { } from) return null;
        var counts = new long[4];
        for (var part = 0; part < counts.Length; part++)
        {
            if (!long.TryParse(parts[part + 1], NumberStyles.None, CultureInfo.InvariantCulture, out counts[part]))
                return null;
        }
        return (from, new(counts[0], counts[1], counts[2], counts[3]));
    }

    private static DateTimeOffset? ReadMoment(string text) => DateTimeOffset.TryParseExact(
        text, Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Write(DateTimeOffset at) => at.UtcDateTime.ToString(Moment, CultureInfo.InvariantCulture);

    private static string SumOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
