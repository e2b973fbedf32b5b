using Millrace.Core.Identity;
using Millrace.Core.Outbound;
using Millrace.Core.Webhooks;

namespace Millrace.Core.Tests.Webhooks;

public sealed class WebhookDirectoryTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly OutboundRules Rules = new();

    private static readonly WebhookDirectory Directory = WebhookDirectory.Of(
        new WebhookSettings
        {
            Endpoints =
            [
                Endpoint("acme", "main", "https://hooks.acme.example/millrace"),
                Endpoint("acme", "deep", "https://hooks.acme.example/millrace/deep/"),
                Endpoint("acme", "query", "https://hooks.acme.example/q?key=1"),
                Endpoint("other", "main", "https://hooks.other.example/"),
            ],
        },
        Rules);

    [Theory]
    [InlineData("main", "main", "https://hooks.acme.example/millrace")]
    [InlineData("https://hooks.acme.example/millrace", "main", "https://hooks.acme.example/millrace")]
    [InlineData("https://hooks.acme.example:443/millrace", "main", "https://hooks.acme.example/millrace")]
    [InlineData("https://hooks.acme.example/millrace/a?b=c", "main", "https://hooks.acme.example/millrace/a?b=c")]
    [InlineData("https://hooks.acme.example/millrace/deep/x", "deep", "https://hooks.acme.example/millrace/deep/x")]
    [InlineData("https://hooks.acme.example/q?key=1", "query", "https://hooks.acme.example/q?key=1")]
    public void Find_AnEndpointOrWhatLiesBelowIt_GivesIt(string webhook, string name, string url)
    {
        var choice = Directory.Find("acme", webhook, Rules);

        Assert.Equal((name, url, ""), (choice.Endpoint?.Name, choice.Url?.AbsoluteUri, choice.Refusal));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("https://hooks.other.example/")]
    [InlineData("https://hooks.acme.example/")]
    [InlineData("https://hooks.acme.example/millrace2")]
    [InlineData("https://hooks.acme.example/millrace/../admin")]
    [InlineData("https://hooks.acme.example/millrace/%2e%2e/admin")]
    [InlineData("https://hooks.acme.example/millrace/..%2fadmin")]
    [InlineData("https://hooks.acme.example:8443/millrace")]
    [InlineData("https://hooks.acme.example/q?key=2")]
    [InlineData("https://hooks.acme.example.evil.example/millrace")]
    [InlineData("https://u@hooks.acme.example/millrace")]
    [InlineData("http://hooks.acme.example/millrace")]
    public void Find_AnythingElse_IsRefusedWithASentence(string webhook)
    {
        var choice = Directory.Find("acme", webhook, Rules);

        Assert.Null(choice.Endpoint);
        Assert.EndsWith(".", choice.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_InWhatManagementTells_GivesItWithItsEvents()
    {
        var directory = WebhookDirectory.Of(
            "acme", [new TenantEndpoint("main", "https://hooks.acme.example/", ["job.failed"], [])], Rules);

        var choice = directory.Find("acme", "main", Rules);

        Assert.Equal([WebhookEvent.Failed], choice.Endpoint!.Events);
        Assert.Null(directory.Find("other", "main", Rules).Endpoint);
    }

    [Fact]
    public void Find_AnEndpointOfManagementThatMayNotBeDialled_SaysSo()
    {
        var directory = WebhookDirectory.Of(
            "acme", [new TenantEndpoint("main", "https://10.0.0.1/", [], [])], Rules);

        var choice = directory.Find("acme", "main", Rules);

        Assert.Null(choice.Endpoint);
        Assert.StartsWith(
            "The URL of the webhook endpoint 'main' is refused.", choice.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_OfWhatIsWrong_NamePlaceAndFieldAndNoSecret()
    {
        var settings = new WebhookSettings
        {
            Endpoints =
            [
                Endpoint("", "A", "http://127.0.0.1/") with { Types = ["job.done"], Secrets = ["whsec_x"] },
                Endpoint("t", "n", "https://example.com/") with { Secrets = [Secret, Secret], SecretFiles = ["f"] },
                Endpoint("t", "n", "https://example.com/#x"),
            ],
        };

        var failures = WebhookDirectory.Failures(settings, Rules);

        Assert.Equal(8, failures.Count);
        Assert.All(failures, failure => Assert.StartsWith("Webhooks:Endpoints:", failure, StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains("whsec_x", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => WebhookDirectory.Of(settings, Rules));
    }

    private static WebhookEndpointSettings Endpoint(string tenant, string name, string url) =>
        new() { Tenant = tenant, Name = name, Url = url, Secrets = [Secret] };
}
