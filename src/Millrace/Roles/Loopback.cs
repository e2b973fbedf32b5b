using System.Net;

namespace Millrace.Roles;

/// <summary>Where clients may be served: with keys anywhere, without them on loopback only.</summary>
internal static class Loopback
{
    /// <summary>Why these addresses cannot be served so, as a sentence; null when they can.</summary>
    /// <param name="urls">Separated by semicolons.</param>
    /// <param name="open">Whether everybody is served.</param>
    public static string? Refusal(string urls, bool open)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(Named(url), UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
                return $"--urls: '{url}' is not an address like http://127.0.0.1:8080.";
            if (open && !IsLoopback(uri))
                return $"--open serves everybody without a key, so it listens on loopback only; '{url}' is not.";
        }
        return null;
    }

    // Kestrel's words for every address of the machine, which no URI has.
    private static string Named(string url) =>
        url.Replace("//*:", "//[::]:", StringComparison.Ordinal).Replace("//+:", "//[::]:", StringComparison.Ordinal);

    private static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost"
        || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
