using System.Net;
using Millrace.Core.Jobs;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Jobs;

public sealed class SubmitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_AnImage_IsStoredAndQueuedBeforeItIsAccepted()
    {
        await using var server = await JobServer.StartAsync(null, ("Webhooks:Endpoints:0:Tenant", "acme"));

        var response = await server.SubmitAsync(
            "?width=20&format=webp&webhook=https%3A%2F%2Fexample.org%2Fend&keepSeconds=7200",
            headers: ("Millrace-Tenant", "acme"));

        var ticket = await server.Queue.TakeAsync();
        var record = (await server.Objects.RecordAsync("acme", ticket.Id, Cancel))!;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/v1/jobs/{ticket.Id}", response.Headers.Location?.ToString());
        Assert.Equal(ticket.Id.ToString(), response.Job());
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Assert.Equal("accepted", await response.StateAsync());
        Assert.Equal((Lane.Bulk, Ticket.Store), (ticket.Lane, ticket.Source));
        Assert.Equal(new JobTransform("result", "width=20&format=webp"), Assert.Single(record.Transforms));
        Assert.Equal("https://example.org/end", record.Webhook);
        Assert.Equal(TimeSpan.FromHours(2), record.ExpiresAt - record.AcceptedAt);
        Assert.Equal(Pictures.Png(), server.Store.Bytes(record.Source.Key));
    }

    [Theory]
    [InlineData("?width=0", 400, "bad-parameter")]
    [InlineData("?keepSeconds=5", 400, "bad-job")]
    [InlineData("?keepSeconds=x", 400, "bad-job")]
    [InlineData("?webhook=a%20b", 400, "bad-job")]
    [InlineData("?webhook=", 400, "bad-job")]
    [InlineData("?watermark=upload", 400, "watermark-mismatch")]
    public async Task Post_WhenTheQueryIsWrong_RefusesItByName(string query, int status, string code)
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SubmitAsync(query);

        await response.ProblemAsync(status, code);
        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Post_WhenTheImageIsBad_AnswersAtOnceAndStoresNothing()
    {
        await using var server = await JobServer.StartAsync();

        await (await server.SubmitAsync(content: Pictures.Body("no image"u8.ToArray())))
            .ProblemAsync(415, "unsupported-format");
        await (await server.SubmitAsync(content: Pictures.Body(Pictures.Png(30_000, 30_000))))
            .ProblemAsync(422, "too-many-pixels");

        Assert.Empty(server.Store.Keys);
        Assert.True(server.Queue.IsEmpty);
    }

    [Fact]
    public async Task Post_WithAWatermark_StoresItBesideTheSource()
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SubmitAsync("?width=20&watermark=upload",
            Pictures.Form(("file", Pictures.Png()), ("watermark", Pictures.Png(8, 8))));

        var ticket = await server.Queue.TakeAsync();
        var record = (await server.Objects.RecordAsync("open", ticket.Id, Cancel))!;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(Pictures.Png(8, 8), server.Store.Bytes(record.Watermark!.Key));
        var name = "sha256:" + record.Watermark.ContentHash;
        Assert.Contains(name, record.Transforms[0].Transform, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_JsonOfManyTransforms_KeepsTheirNamesAndOrder()
    {
        await using var server = await JobServer.StartAsync();
        var source = await UploadAsync(server);

        var response = await server.SubmitJsonAsync(new
        {
            source,
            transforms = new { thumb = "width=10&format=webp", card = (object)new { width = 20, progressive = true } },
            keepSeconds = 3600,
        });

        var ticket = await server.Queue.TakeAsync();
        var record = (await server.Objects.RecordAsync("open", ticket.Id, Cancel))!;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(
            [new("thumb", "width=10&format=webp"), new("card", "width=20&progressive=true")], record.Transforms);
        Assert.Equal(JobKeys.Source("open", ticket.Id), record.Source.Key);
        Assert.Equal(Pictures.Png(), server.Store.Bytes(record.Source.Key));
    }

    [Theory]
    [InlineData("[]", "bad-job")]
    [InlineData("{", "bad-job")]
    [InlineData("""{"source":"upload:x"}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"width=1","transforms":{"a":""}}""", "bad-job")]
    [InlineData("""{"source":1,"transform":""}""", "bad-job")]
    [InlineData("""{"transform":""}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"","color":"red"}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"","source":"upload:x"}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transforms":{}}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transforms":{"A b":""}}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transforms":{"a":null}}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":{"width":[1]}}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"\ud800"}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"width=0"}""", "bad-parameter")]
    [InlineData("""{"source":"upload:x","transform":"","keepSeconds":1}""", "bad-job")]
    [InlineData("""{"source":"upload:x","transform":"","webhook":""}""", "bad-job")]
    [InlineData("""{"source":"ftp://x","transform":""}""", "bad-job")]
    public async Task Post_WhenTheJsonIsWrong_RefusesItByName(string json, string code)
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SubmitJsonAsync(json);

        var problem = await response.ProblemAsync(400, code);
        Assert.True(problem.TryGetProperty("allowed", out _));
        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Post_MoreTransformsThanMayBe_RefusesTheFirstTooMany()
    {
        await using var server = await JobServer.StartAsync();
        var transforms = Enumerable.Range(0, 17).ToDictionary(n => $"t{n}", n => $"width={n + 1}");

        var response = await server.SubmitJsonAsync(new { source = "upload:x", transforms });

        var problem = await response.ProblemAsync(400, "bad-job");
        Assert.Equal("transforms.t16", problem.GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("https://example.org/a.jpg", 403, "source-refused")]
    [InlineData("s3://other/sources/open/a.png", 403, "source-refused")]
    [InlineData("s3://mine/sources/acme/a.png", 403, "source-refused")]
    [InlineData("s3://mine/sources/open/../acme/a.png", 404, "source-not-found")]
    [InlineData("s3://mine/sources/open/b.png", 404, "source-not-found")]
    [InlineData("upload:nothing", 404, "source-not-found")]
    [InlineData("upload:0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11", 404, "source-not-found")]
    public async Task Post_ASourceThatMayNotBeNamed_RefusesItByName(string source, int status, string code)
    {
        await using var server = await JobServer.StartAsync(null, ("Edge:Jobs:SourceBucket", "mine"));

        var response = await server.SubmitJsonAsync(new { source, transform = "width=10" });

        await response.ProblemAsync(status, code);
    }

    [Fact]
    public async Task Post_ASourceOfTheTenantsOwnFolder_IsTaken()
    {
        await using var server = await JobServer.StartAsync(null, ("Edge:Jobs:SourceBucket", "mine"));
        server.Store.Set(Core.Objects.ObjectKey.Of("sources/open/a/b.png"), Pictures.Png());

        var response = await server.SubmitJsonAsync(
            new { source = "s3://mine/sources/open/a/b.png", transform = "width=10" });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Post_AnotherTenantsUpload_DoesNotExist()
    {
        await using var server = await JobServer.StartAsync();
        var source = await UploadAsync(server);

        var response = await server.SubmitJsonAsync(
            new { source, transform = "width=10" }, ("Millrace-Tenant", "acme"));

        await response.ProblemAsync(404, "source-not-found");
    }

    [Fact]
    public async Task Post_WithPreferWait_AnswersWithTheEndedJob()
    {
        await using var server = await JobServer.StartAsync();

        var submitting = server.SubmitAsync(headers: ("Prefer", "wait=20"));
        await server.EndAsync(await server.Queue.TakeAsync());
        var response = await submitting;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("wait=20", response.Headers.GetValues("Preference-Applied").Single());
        Assert.Equal("succeeded", await response.StateAsync());
    }

    [Fact]
    public async Task Post_WithPreferWaitPastItsEnd_AnswersThatItIsAccepted()
    {
        await using var server = await JobServer.StartAsync(null, ("Edge:Jobs:WaitMax", "00:00:00"));

        var response = await server.SubmitAsync(headers: ("Prefer", "wait=20"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Convert_WhenTheCallerPrefersNotToWait_BecomesAJob()
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SendAsync(
            HttpMethod.Post, EdgeServer.ConvertPath + "?width=20", Pictures.Body(), ("Prefer", "respond-async"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("respond-async", response.Headers.GetValues("Preference-Applied").Single());
        Assert.Equal(Lane.Bulk, (await server.Queue.TakeAsync()).Lane);
    }

    [Fact]
    public async Task Post_WhenTheQueueIsFull_AnswersSoAndLeavesNothing()
    {
        var parts = new JobServerParts();
        parts.Queue.IsFull = true;
        await using var server = await JobServer.StartAsync(parts);

        var response = await server.SubmitAsync();

        await response.ProblemAsync(503, "queue-full");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Post_WhenTheQueueHasNoLeader_AnswersSoAndLeavesOnlyTheClaim()
    {
        var parts = new JobServerParts();
        parts.Queue.HasLeader = false;
        await using var server = await JobServer.StartAsync(parts, ("Edge:Jobs:AcceptTimeout", "00:00:00.200"));

        var response = await server.SubmitAsync();

        await response.ProblemAsync(503, "queue-unavailable");
        Assert.EndsWith(".claim", Assert.Single(server.Store.Keys), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhenTheStoreIsFull_AnswersSo()
    {
        var parts = new JobServerParts();
        parts.Store.Failure = new(1, false, true, Core.Objects.ObjectStoreFault.Full);
        await using var server = await JobServer.StartAsync(parts);

        await (await server.SubmitAsync()).ProblemAsync(503, "store-full");
    }

    [Fact]
    public async Task Post_AnImageInQuarantine_IsRefusedAtOnce()
    {
        var parts = new JobServerParts();
        var hash = System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pictures.Png()));
        parts.Ledger.Quarantine(Fingerprint.OfImage(hash, "kernel 1"));
        await using var server = await JobServer.StartAsync(parts);
        var fleet = (Edge.Dispatch.Fleet)server.App.Services.GetService(typeof(Edge.Dispatch.Fleet))!;
        fleet.Join(new("w", Guid.Empty, "kernel 1", 1), () => { });

        await (await server.SubmitAsync()).ProblemAsync(422, "quarantined");

        Assert.Empty(server.Store.Keys);
    }

    private static async Task<string> UploadAsync(JobServer server)
    {
        var response = await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Body());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("source").GetString()!;
    }
}
