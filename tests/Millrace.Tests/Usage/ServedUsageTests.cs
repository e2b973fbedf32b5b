using System.Net;
using System.Text.Json;
using Millrace.Tests.Serve;

namespace Millrace.Tests.Usage;

/// <summary>Usage as the service itself tells it.</summary>
public sealed class ServedUsageTests(SharedService shared) : IClassFixture<SharedService>
{
    [Fact]
    public async Task Get_OfARunningService_AnswersFromItsOwnLedger()
    {
        using var answer = await shared.Service.Client.GetAsync(
            "/v1/account/usage?granularity=minute", TestContext.Current.CancellationToken);

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(text).RootElement.GetProperty("usage").ValueKind);
        Assert.True(File.Exists(shared.Service.Data["ledger/ledger.db"]));
    }
}
