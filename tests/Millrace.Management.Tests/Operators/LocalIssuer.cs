using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Millrace.Management.Tests.Operators;

/// <summary>An issuer of OpenID Connect on loopback: discovery, keys, and tokens of any content.</summary>
internal sealed class LocalIssuer : IAsyncDisposable
{
    public const string Audience = "millrace-management";

    private static readonly string[] OfOperator = ["millrace-operator", "other"];

    private readonly WebApplication _app;
    private RSA _key = RSA.Create(2048);
    private string _keyId = "first";
    private int _asked;

    private LocalIssuer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>How often its keys were fetched.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<LocalIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var issuer = new LocalIssuer(builder.Build());
        issuer._app.MapGet("/.well-known/openid-configuration", (RequestDelegate)issuer.DiscoverAsync);
        issuer._app.MapGet("/keys", (RequestDelegate)issuer.KeysAsync);
        await issuer._app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>Signs with another key from now on.</summary>
    public void Rotate(string keyId) => (_key, _keyId) = (RSA.Create(2048), keyId);

    /// <summary>A token that is right but for what the test changes.</summary>
    public string Token(
        object? roles = null, string? audience = null, string? issuer = null, DateTime? expires = null,
        SigningCredentials? credentials = null, string rolesClaim = "roles", string subject = "anna")
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience ?? Audience,
            NotBefore = (expires ?? now) - TimeSpan.FromMinutes(10),
            IssuedAt = (expires ?? now) - TimeSpan.FromMinutes(10),
            Expires = expires ?? now + TimeSpan.FromMinutes(5),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject,
                [rolesClaim] = roles ?? OfOperator,
            },
            SigningCredentials = credentials ?? Credentials(_key, _keyId),
        });
    }

    public static SigningCredentials Credentials(RSA key, string keyId) =>
        new(new RsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.RsaSha256);

    /// <summary>The public key as a secret of HMAC: an old trick.</summary>
    public SigningCredentials PublicKeyAsSecret() => new(
        new SymmetricSecurityKey(_key.ExportSubjectPublicKeyInfo()) { KeyId = _keyId }, SecurityAlgorithms.HmacSha256);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task DiscoverAsync(HttpContext context) => WriteAsync(context, new Dictionary<string, object>
    {
        ["issuer"] = Address,
        ["jwks_uri"] = Address + "/keys",
    });

    private Task KeysAsync(HttpContext context)
    {
        Interlocked.Increment(ref _asked);
        var key = _key.ExportParameters(includePrivateParameters: false);
        return WriteAsync(context, new Dictionary<string, object>
        {
            ["keys"] = new[]
            {
                new Dictionary<string, string>
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["kid"] = _keyId,
                    ["n"] = Base64UrlEncoder.Encode(key.Modulus),
                    ["e"] = Base64UrlEncoder.Encode(key.Exponent),
                },
            },
        });
    }

    private static Task WriteAsync(HttpContext context, object json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(json), context.RequestAborted);
    }
}
