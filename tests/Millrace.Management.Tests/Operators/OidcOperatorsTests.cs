using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Management.Operators;

namespace Millrace.Management.Tests.Operators;

/// <summary>Whose word about operators is taken: an issuer's, for this audience, while it holds, and nobody else's.</summary>
public sealed class OidcOperatorsTests : IAsyncLifetime
{
    private static readonly string[] Several = ["millrace-viewer", "millrace-owner", "x"];

    private LocalIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await LocalIssuer.StartAsync();

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Theory]
    [InlineData("millrace-viewer", OperatorRole.Viewer)]
    [InlineData("millrace-operator", OperatorRole.Operator)]
    [InlineData("millrace-owner", OperatorRole.Owner)]
    public async Task Find_WhenTheClaimIsOneText_IsThatRole(string role, OperatorRole expected)
    {
        using var operators = Operators();

        var found = await operators.FindAsync(_issuer.Token(role));

        Assert.Equal(new Operator("oidc:anna", expected), found);
    }

    [Fact]
    public async Task Find_WhenTheClaimListsSeveral_IsTheHighest()
    {
        using var operators = Operators();

        var found = await operators.FindAsync(_issuer.Token(Several));

        Assert.Equal(OperatorRole.Owner, found?.Role);
    }

    [Fact]
    public async Task Find_WhenTheClaimIsWithinAnother_FollowsThePath()
    {
        using var operators = Operators(options => options with { RolesClaim = "realm_access.roles" });

        var found = await operators.FindAsync(_issuer.Token(
            new Dictionary<string, object> { ["roles"] = Several[..1] }, rolesClaim: "realm_access"));

        Assert.Equal(OperatorRole.Viewer, found?.Role);
    }

    [Fact]
    public async Task Find_WhenNoRoleIsOurs_IsNobody()
    {
        using var operators = Operators();

        Assert.Null(await operators.FindAsync(_issuer.Token("admin")));
        Assert.Null(await operators.FindAsync(_issuer.Token(1)));
        Assert.Null(await operators.FindAsync(_issuer.Token(rolesClaim: "groups")));
    }

    [Fact]
    public async Task Find_WhenTheTokenIsForOthers_IsNobody()
    {
        using var operators = Operators();

        Assert.Null(await operators.FindAsync(_issuer.Token(audience: "another")));
        Assert.Null(await operators.FindAsync(_issuer.Token(issuer: "https://example.org")));
        Assert.Null(await operators.FindAsync(_issuer.Token(
            expires: TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public async Task Find_WhenTheSignatureIsNotTheIssuers_IsNobody()
    {
        using var operators = Operators();
        using var strange = RSA.Create(2048);
        var token = _issuer.Token();

        Assert.Null(await operators.FindAsync(_issuer.Token(credentials: LocalIssuer.Credentials(strange, "first"))));
        Assert.Null(await operators.FindAsync(_issuer.Token(credentials: _issuer.PublicKeyAsSecret())));
        Assert.Null(await operators.FindAsync(Unsigned(token)));
        Assert.Null(await operators.FindAsync("not a token"));
    }

    [Fact]
    public async Task Find_WhenTheIssuerHasNewKeys_FetchesThem()
    {
        using var operators = Operators();
        Assert.NotNull(await operators.FindAsync(_issuer.Token()));

        _issuer.Rotate("second");
        var start = TimeProvider.System.GetTimestamp();
        while (await operators.FindAsync(_issuer.Token()) is null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "never fetched");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Find_WhenStrangersSendManyTokens_AsksTheIssuerRarely()
    {
        using var operators = Operators();
        using var strange = RSA.Create(2048);

        for (var i = 0; i < 50; i++)
            await operators.FindAsync(_issuer.Token(credentials: LocalIssuer.Credentials(strange, $"none-{i}")));

        Assert.InRange(_issuer.Asked, 1, 10);
    }

    [Fact]
    public async Task Find_WhenTheIssuerIsAway_IsNobody()
    {
        var token = _issuer.Token();
        using var operators = Operators();
        await _issuer.DisposeAsync();

        Assert.Null(await operators.FindAsync(token));
    }

    [Fact]
    public async Task Find_WithoutAnIssuer_IsNobody()
    {
        using var operators = Operators(_ => new OidcOptions());

        Assert.Null(await operators.FindAsync(_issuer.Token()));
    }

    private OidcOperators Operators(Func<OidcOptions, OidcOptions>? change = null)
    {
        var options = new OidcOptions { Issuer = _issuer.Address, Audience = LocalIssuer.Audience };
        return new OidcOperators(
            Options.Create(change is null ? options : change(options)), NullLogger<OidcOperators>.Instance);
    }

    private static string Unsigned(string token)
    {
        var header = Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        return $"{header}.{token.Split('.')[1]}.";
    }
}
