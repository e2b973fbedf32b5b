using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Millrace.Edge.Jobs;

/// <summary>What a caller prefers, as RFC 7240 has it; what is not understood is passed over.</summary>
/// <param name="RespondAsync">Whether it would rather have a job than wait.</param>
/// <param name="Wait">How long it waits for the outcome; null when it does not say.</param>
internal readonly record struct PreferHeader(bool RespondAsync, TimeSpan? Wait)
{
    /// <summary>The name of the header that says what was heeded.</summary>
    public const string Applied = "Preference-Applied";

    private const int SecondsMax = 86_400;

    /// <summary>Reads all headers of that name; of two of one kind the first counts.</summary>
    public static PreferHeader Read(HttpRequest request)
    {
        var read = default(PreferHeader);
        foreach (var preference in request.Headers["Prefer"].SelectMany(line => (line ?? "").Split(',')))
        {
            var name = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (name[0].Equals("respond-async", StringComparison.OrdinalIgnoreCase))
                read = read with { RespondAsync = true };
            if (name[0].Equals("wait", StringComparison.OrdinalIgnoreCase) && name.Length == 2)
                read = read with { Wait = read.Wait ?? Seconds(name[1]) };
        }
        return read;
    }

    private static TimeSpan? Seconds(string text) =>
        int.TryParse(text.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, SecondsMax))
            : null;
}
