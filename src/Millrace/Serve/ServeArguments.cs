using System.Net;
using Millrace.Worker.Pool;

namespace Millrace.Serve;

/// <summary>What the command line of <c>serve</c> says.</summary>
internal sealed record ServeArguments
{
    public required string Urls { get; init; }

    public required DirectoryInfo Data { get; init; }

    public bool Open { get; init; }

    public int? Kernels { get; init; }

    public SandboxDemand Sandbox { get; init; }

    public bool JsonLog { get; init; }

    /// <summary>Why it cannot be served so, as a sentence that says what to do; null when it can.</summary>
    public string? Refusal()
    {
        if (!Open)
            return "There are no API keys yet: add --open to serve everybody, on loopback only.";
        foreach (var url in Urls.Split(';', StringSplitOptions.TrimEntries))
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
