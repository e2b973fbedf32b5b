using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Management.Operators;

/// <summary>
/// Whose word about operators is taken. Configuration section <c>Management:Oidc</c>. Any issuer of OpenID Connect
/// that signs with keys of its own will do.
/// </summary>
public sealed record OidcOptions
{
    /// <summary>
    /// The issuer, for example <c>https://login.example.org/realms/ops</c>; its discovery document stands below
    /// <c>/.well-known/openid-configuration</c>. https, or http on loopback. Empty, the default: no issuer's word is
    /// taken.
    /// </summary>
    public string Issuer { get; init; } = "";

    /// <summary>For whom the issuer's tokens must be made. Needed with an issuer.</summary>
    public string Audience { get; init; } = "";

    /// <summary>
    /// The claim that lists roles: a text, or an array of them; for a claim within a claim a path with dots. Default
    /// <c>roles</c>.
    /// </summary>
    [Required]
    public string RolesClaim { get; init; } = "roles";

    /// <summary>What makes a viewer. Default <c>millrace-viewer</c>.</summary>
    [Required]
    public string Viewer { get; init; } = "millrace-viewer";

    /// <summary>What makes an operator. Default <c>millrace-operator</c>.</summary>
    [Required]
    public string Operator { get; init; } = "millrace-operator";

    /// <summary>What makes an owner. Default <c>millrace-owner</c>.</summary>
    [Required]
    public string Owner { get; init; } = "millrace-owner";

    /// <summary>How far the issuer's clock may be from this one. 0 to 5 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks the ranges of <see cref="OidcOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class OidcOptionsValidator : IValidateOptions<OidcOptions>;

/// <summary>Checks before the host serves that issuer and audience fit together.</summary>
internal sealed class OidcPlaces : IValidateOptions<OidcOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OidcOptions options)
    {
        if (options.Issuer.Length == 0) return ValidateOptionsResult.Success;
        if (options.Audience.Length == 0)
            return ValidateOptionsResult.Fail("Management:Oidc: Audience is missing; tokens made for others would do.");
        var isAddress = Uri.TryCreate(options.Issuer, UriKind.Absolute, out var issuer)
            && (issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback));
        return isAddress
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Management:Oidc: Issuer '{options.Issuer}' is no https address, nor http on loopback.");
    }
}
