using System.Net;

namespace Millrace.Roles;

/// <summary>What may be served to everybody: loopback only.</summary>
internal static class Loopback
{
    /// <summary>Why these addresses cannot be served without keys, as a sentence; null when they can.</summary>
    /// <param name="urls">Separated by semicolons.</param>
    /// <param name="open">Whether everybody is served.</param>
    public static string? Refusal(string urls, bool open)
    {
        if (!open) return "There are no API keys yet: add --open to serve everybody, on loopback only.";
        foreach (var url in urls.Split(';', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
                return $"--urls: '{url}' is not an address like http://127.0.0.1:8080.";
            if (!IsLoopback(uri))
                return $"--open serves everybody without a key, so it listens on loopback only; '{url}' is not.";
        }
        return null;
    }

    private static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost"
        || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
