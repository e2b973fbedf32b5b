using System.Net;

namespace Millrace.Tests.Serve;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_WhileTheObjectStoreIsAway_Is503WithTheReason()
    {
        // Port 9 of loopback is nobody's: the store is down from the start, and asked on.
        const string Settings = """
            {"Storage": {"Kind": "s3", "S3": {"Endpoint": "http://127.0.0.1:9", "Bucket": "none", "TriesMax": 1}}}
            """;
        await using var service = await Service.StartAsync(
            Settings, ("AWS_ACCESS_KEY_ID", "nobody"), ("AWS_SECRET_ACCESS_KEY", "nothing"));

        using var response = await service.Client.GetAsync(
            new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("urn:millrace:problem:part-not-ready", text, StringComparison.Ordinal);
        Assert.Contains("The object store", text, StringComparison.Ordinal);
    }
}
