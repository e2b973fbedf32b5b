using System.Net;
using System.Text.Json;
using Millrace.Testing;
using Millrace.Tests.Serve;

namespace Millrace.Tests.Usage;

/// <summary>Usage as the service itself records and tells it.</summary>
public sealed class ServedUsageTests
{
    private const string Often = """{"Metering": {"BatchInterval": "00:00:00.200"}}""";

    [Fact]
    public async Task Get_AfterSomeAnswers_TellsThemAndNothingOfAnothers()
    {
        await using var service = await Service.StartAsync(Often);
        var image = TestFiles.Photo(TestFiles.Photos[0]);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await service.ConvertAsync(image, tenant: "mine");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var sum = default(JsonElement);
        await Patience.UntilAsync(
            async () => (sum = await SumAsync(service, "mine")).ValueKind == JsonValueKind.Object
                && sum.GetProperty("answers").GetInt64() == 3,
            "three answers were told");

        Assert.Equal(3, sum.GetProperty("billable").GetInt64());
        Assert.Equal(3 * image.Length, sum.GetProperty("bytesIn").GetInt64());
        Assert.Equal(JsonValueKind.Undefined, (await SumAsync(service, "another")).ValueKind);
    }

    private static async Task<JsonElement> SumAsync(Service service, string tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/account/usage?granularity=day");
        request.Headers.Add("Millrace-Tenant", tenant);
        using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var usage = JsonDocument.Parse(text).RootElement.GetProperty("usage").EnumerateArray();
        return usage.FirstOrDefault();
    }
}
