using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Internal;

/// <summary>Checks before the host serves that what the options name is there and fits together.</summary>
internal sealed class InternalFiles : IValidateOptions<InternalOptions>
{
    /// <summary>Shortest secret, characters.</summary>
    private const int SecretLengthMin = 16;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, InternalOptions options)
    {
        if (options.Urls.Length == 0) return ValidateOptionsResult.Success;
        try
        {
            Secret(options);
            var addresses = Addresses(options);
            if (addresses.Any(IsSecure)) Certificate(options);
            if (options.ClientAuthority.Length > 0) Authority(options);
            return options.Advertised.Length == 0 && IsWildcard(addresses[0])
                ? Refuse($"Advertised is needed, as no worker can reach '{options.Urls}' by that name")
                : ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException
            or CryptographicException or ArgumentException)
        {
            return Refuse(exception.Message);
        }
    }

    /// <summary>The cluster's secret.</summary>
    /// <exception cref="FormatException">It is too short.</exception>
    public static string Secret(InternalOptions options)
    {
        var secret = File.ReadLines(options.SecretFile).FirstOrDefault("").Trim();
        return secret.Length >= SecretLengthMin
            ? secret
            : throw new FormatException($"SecretFile has no secret of {SecretLengthMin} characters or more.");
    }

    /// <summary>The addresses to listen at.</summary>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static IReadOnlyList<BindingAddress> Addresses(InternalOptions options) =>
        [.. options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => BindingAddress.Parse(url))];

    /// <summary>This server's certificate with its key.</summary>
    public static X509Certificate2 Certificate(InternalOptions options) =>
        X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey);

    /// <summary>The authority of the workers' certificates.</summary>
    public static X509Certificate2 Authority(InternalOptions options) =>
        X509CertificateLoader.LoadCertificateFromFile(options.ClientAuthority);

    /// <summary>Whether an address is https.</summary>
    public static bool IsSecure(BindingAddress address) =>
        string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);

    private static bool IsWildcard(BindingAddress address) => address.Host is "*" or "+" or "0.0.0.0" or "[::]";

    private static ValidateOptionsResult Refuse(string reason) =>
        ValidateOptionsResult.Fail($"Edge:Internal cannot be used: {reason.TrimEnd('.')}.");
}
