using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Millrace.Management.Operators;

/// <summary>
/// Takes an issuer's word about operators. Its keys are fetched when they are first needed and again when a token is
/// signed with another; an issuer that is away leaves those known who were signed with keys that are.
/// </summary>
internal sealed partial class OidcOperators : IDisposable
{
    private const int AnswerBytesMax = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // None of them can be made with what an issuer tells everybody.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly OidcOptions _options;
    private readonly ILogger<OidcOperators> _log;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters? _parameters;
    private readonly HttpClient? _http;

    /// <summary>Asks nobody yet.</summary>
    public OidcOperators(IOptions<OidcOptions> options, ILogger<OidcOperators> log)
    {
        (_options, _log) = (options.Value, log);
        if (_options.Issuer.Length == 0) return;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
        _parameters = Parameters(_options, _http);
    }

    /// <summary>Who a token makes; null when it makes nobody.</summary>
    public async ValueTask<Operator?> FindAsync(string token)
    {
        if (_parameters is null || !_handler.CanReadToken(token)) return null;
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
        {
            // The type says what it was; the message may hold parts of the token.
            LogRefused(result.Exception.GetType().Name);
            return null;
        }
        var jwt = (JsonWebToken)result.SecurityToken;
        return RoleOf(jwt) is { } role && jwt.Subject is { Length: > 0 and <= 128 } subject
            ? new Operator("oidc:" + subject, role)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _http?.Dispose();

    private static TokenValidationParameters Parameters(OidcOptions options, HttpClient http)
    {
        var issuer = options.Issuer.TrimEnd('/');
        var documents = new HttpDocumentRetriever(http)
        {
            RequireHttps = issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase),
        };
        return new TokenValidationParameters
        {
            ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                issuer + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), documents)
            {
                // A stranger's tokens must not have the issuer asked as often as they come.
                RefreshInterval = TimeSpan.FromSeconds(5),
            },
            ValidIssuer = options.Issuer,
            ValidAudience = options.Audience,
            ValidAlgorithms = Algorithms,
            ClockSkew = options.ClockSkew,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
        };
    }

    // The highest of those that the token lists.
    private OperatorRole? RoleOf(JsonWebToken token)
    {
        var names = Names(token);
        if (names.Contains(_options.Owner)) return OperatorRole.Owner;
        if (names.Contains(_options.Operator)) return OperatorRole.Operator;
        return names.Contains(_options.Viewer) ? OperatorRole.Viewer : null;
    }

    private List<string?> Names(JsonWebToken token)
    {
        var path = _options.RolesClaim.Split('.');
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        var value = payload.RootElement;
        foreach (var name in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return [];
        }
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()],
            JsonValueKind.Array => [.. value.EnumerateArray()
                .Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString())],
            _ => [],
        };
    }

    [LoggerMessage(7500, LogLevel.Information, "An operator's token of the issuer was refused: {Reason}.")]
    private partial void LogRefused(string reason);
}
