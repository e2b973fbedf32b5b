using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>Durable jobs through the whole service, killed at any time.</summary>
public sealed class JobTests
{
    private static readonly string[] Queries = ["width=100&fit=cover&height=90&format=webp", "width=300", "format=png"];

    private static readonly string Transforms =
        $$"""{"thumb":"{{Queries[0]}}","card":"{{Queries[1]}}","full":{"format":"png"} }""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_OfThreeTransforms_HaveTheBytesOfTheInteractiveCalls()
    {
        await using var service = await Service.StartAsync();
        foreach (var photo in TestFiles.Photos.Take(6).Select(TestFiles.Photo))
        {
            var source = (await PostAsync(service, "/v1/uploads", photo, "application/octet-stream"))
                .GetProperty("source").GetString();
            var job = await PostAsync(
                service, "/v1/jobs", Encoding.UTF8.GetBytes(
                    $$"""{"source":"{{source}}","transforms":{{Transforms}} }"""),
                "application/json", ("Prefer", "wait=60"));

            Assert.Equal("succeeded", job.GetProperty("state").GetString());
            foreach (var (result, query) in job.GetProperty("results").EnumerateArray().Zip(Queries))
            {
                var stored = await service.Client.GetByteArrayAsync(result.GetProperty("href").GetString(), Cancel);
                Assert.Equal(await service.BytesAsync(photo, query), stored);
            }
        }
    }

    [Fact]
    public async Task AJob_OfAPill_FailsByNameAndIsNotTriedAgain()
    {
        var settings = JsonSerializer.Serialize(
            new { Worker = new { Pool = new { KernelPath = TestFiles.FaultyKernel } } });
        await using var service = await Service.StartAsync(settings, ("MILLRACE_KERNEL_FAULTS", "1"));

        var job = await PostAsync(
            service, "/v1/jobs?width=100", BadImage.Faulty("crash"), "image/jpeg", ("Prefer", "wait=60"));
        using var result = await service.Client.GetAsync(job.GetProperty("href").GetString() + "/result", Cancel);

        Assert.Equal("failed", job.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, result.StatusCode);
        Assert.Contains("kernel-crashed", await result.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((422, "quarantined"), await service.ProblemAsync(BadImage.Faulty("crash")));
    }

    [Fact]
    public async Task EveryAcceptedJob_WhenTheServiceIsKilledAtRandom_EndsOnce()
    {
        // One more, and a job that a kernel has at each of them would be given up.
        const int rounds = 4;
        var random = new Random(20_261_125);
        await using var service = await Service.StartAsync();
        var photo = TestFiles.Photo("p16-fossa.jpg");
        var expected = Hash(await service.BytesAsync(photo));
        var accepted = new ConcurrentBag<string>();

        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var token = stop.Token;
            var clients = Enumerable.Range(0, 6).Select(_ => SubmitAsync(service, photo, accepted, token)).ToList();
            var before = accepted.Count;
            await Patience.UntilAsync(() => accepted.Count > before, "a job was accepted");
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(400)), TimeProvider.System, Cancel);
            await service.KillAndRestartAsync();
            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }

        Assert.True(accepted.Count >= rounds);
        foreach (var address in accepted)
        {
            var job = await EndOfAsync(service, address);
            Assert.Equal("succeeded", job.GetProperty("state").GetString());
            Assert.Equal(expected, job.GetProperty("results")[0].GetProperty("sha256").GetString());
        }
    }

    // Until the service is killed; what it said before that counts.
    private static async Task SubmitAsync(
        Service service, byte[] photo, ConcurrentBag<string> accepted, CancellationToken stop)
    {
        var client = service.Client;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var content = new ByteArrayContent(photo);
                using var response = await client.PostAsync("/v1/jobs?width=100&format=webp", content, stop);
                if (response.StatusCode == HttpStatusCode.Accepted) accepted.Add(response.Headers.Location!.ToString());
            }
        }
        catch (Exception exception) when (
            exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // Killed.
        }
    }

    private static async Task<JsonElement> EndOfAsync(Service service, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("Prefer", "wait=60");
        using var response = await service.Client.SendAsync(request, Cancel);
        return await JsonAsync(response);
    }

    private static async Task<JsonElement> PostAsync(
        Service service, string address, byte[] body, string type, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(type);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var response = await service.Client.SendAsync(request, Cancel);
        return await JsonAsync(response);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static string Hash(byte[] bytes) => System.Convert.ToHexStringLower(SHA256.HashData(bytes));
}
