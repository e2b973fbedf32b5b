using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Millrace.Tests.Serve;

/// <summary>The end of a job, told by the whole service.</summary>
public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly string[] Networks = ["127.0.0.1/32"];
    private static readonly byte[] Taken = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AJob_WithAWebhook_IsToldOfSignedAndLogged()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var service = await Service.StartAsync(Settings(((IPEndPoint)listener.LocalEndpoint).Port));
        var hearing = HearAsync(listener);

        var job = await SubmitAsync(service, "width=30&webhook=ear");
        var heard = await hearing.WaitAsync(Patience.Longest, Cancel);

        Assert.StartsWith("POST /hook HTTP/1.1\r\n", heard, StringComparison.Ordinal);
        Assert.Contains($"webhook-id: msg_{job:N}_succeeded\r\n", heard, StringComparison.Ordinal);
        Assert.Contains("webhook-signature: v1,", heard, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"job.succeeded\"", heard, StringComparison.Ordinal);
        await Patience.UntilAsync(
            async () => await StateAsync(service, job) == "delivered", "the delivery stands in the log");
    }

    [Fact]
    public async Task AJob_WithAWebhookOfNobody_IsRefused()
    {
        await using var service = await Service.StartAsync();
        using var content = new ByteArrayContent(Testing.TestFiles.Photo("p16-fossa.jpg"));

        using var answer = await service.Client.PostAsync(
            "/v1/jobs?webhook=https%3A%2F%2Fexample.org%2F", content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static string Settings(int port) => JsonSerializer.Serialize(new
    {
        Outbound = new { AllowHttp = true, AllowedNetworks = Networks },
        Webhooks = new
        {
            Endpoints = new[]
            {
                new { Tenant = "open", Name = "ear", Url = Ear(port), Secrets = new[] { Secret } },
            },
        },
    });

    private static string Ear(int port) => $"http://127.0.0.1:{port}/hook";

    private static async Task<Guid> SubmitAsync(Service service, string query)
    {
        using var content = new ByteArrayContent(Testing.TestFiles.Photo("p16-fossa.jpg"));
        content.Headers.ContentType = new("image/jpeg");
        using var answer = await service.Client.PostAsync("/v1/jobs?" + query, content, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("id").GetGuid();
    }

    private static async Task<string?> StateAsync(Service service, Guid job)
    {
        using var answer = await service.Client.GetAsync($"/v1/webhooks/deliveries/{job}", Cancel);
        if (!answer.IsSuccessStatusCode) return null;
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return json.RootElement.GetProperty("state").GetString();
    }

    private static async Task<string> HearAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancel);
        var stream = connection.GetStream();
        var heard = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!heard.ToString().EndsWith("}}", StringComparison.Ordinal))
            heard.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancel)));
        await stream.WriteAsync(Taken, Cancel);
        return heard.ToString();
    }
}
