using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Identity.Feed;

/// <summary>Where management is. Configuration section <c>Identity:Feed</c>.</summary>
public sealed record HttpFeedOptions
{
    /// <summary>
    /// Addresses of management, for example <c>https://manage-1:9300</c>; when one fails the next is asked. At least
    /// one, at most 16.
    /// </summary>
    [MaxLength(16)]
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>
    /// File with the cluster's secret, 16 printable characters or more in its first line. No default.
    /// </summary>
    [Required]
    public string SecretFile { get; init; } = "";

    /// <summary>How long a connection may take. 10 ms to 1 min; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long management may be silent when it has something to say; a wait for changes is allowed besides. 50 ms to
    /// 1 min; default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>Checks the ranges of <see cref="HttpFeedOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class HttpFeedOptionsValidator : IValidateOptions<HttpFeedOptions>;

/// <summary>Checks before the host serves that addresses and secret can be used.</summary>
internal sealed class HttpFeedPlaces : IValidateOptions<HttpFeedOptions>
{
    private const int SecretLengthMin = 16;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HttpFeedOptions options)
    {
        if (options.Addresses.Count == 0)
        {
            return ValidateOptionsResult.Fail(
                "Identity:Feed: no management is named: add --management, or --open to serve everybody on loopback.");
        }
        foreach (var text in options.Addresses)
        {
            if (Address(text) is null)
                return ValidateOptionsResult.Fail($"Identity:Feed: '{text}' is no address like https://manage-1:9300.");
        }
        try
        {
            Secret(options);
            return ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or InvalidDataException or ArgumentException)
        {
            return ValidateOptionsResult.Fail($"Identity:Feed: SecretFile cannot be used: {exception.Message}");
        }
    }

    /// <summary>An address; null when the text is none.</summary>
    public static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            ? address
            : null;

    /// <summary>The secret.</summary>
    /// <exception cref="InvalidDataException">It is too short, or not of printable ASCII without spaces.</exception>
    public static string Secret(HttpFeedOptions options)
    {
        var secret = File.ReadLines(options.SecretFile).FirstOrDefault("").Trim();
        return secret.Length >= SecretLengthMin && secret.All(letter => letter is > ' ' and < '\x7f')
            ? secret
            : throw new InvalidDataException($"it needs {SecretLengthMin} printable characters or more in a line");
    }
}
