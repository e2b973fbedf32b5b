using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Jobs;

public sealed class JobEndpointTests
{
    private static readonly JobFailure Damaged = new(ConversionFailure.Damaged, "It ends early.");

    [Fact]
    public async Task Get_AJobOnItsWay_TellsEachState()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);

        var accepted = await server.GetAsync(address);
        await server.ClaimAsync(ticket);
        var working = await server.GetAsync(address);
        await server.EndAsync(ticket);
        var succeeded = await server.GetAsync(address, ("Accept", "application/json"));

        Assert.Equal("accepted", await accepted.StateAsync());
        Assert.NotNull(accepted.Headers.RetryAfter);
        Assert.Equal("working", await working.StateAsync());
        Assert.Equal("succeeded", await succeeded.StateAsync());
        Assert.Equal(HttpStatusCode.OK, succeeded.StatusCode);
        Assert.Null(succeeded.Headers.RetryAfter);
    }

    [Fact]
    public async Task Get_AnEndedJobOfOneResult_LeadsToItUnlessJsonIsAskedFor()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.EndAsync(ticket);

        var response = await server.GetAsync(address);

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal(address + "/result", response.Headers.Location?.ToString());
        Assert.Equal("succeeded", await response.StateAsync());
    }

    [Fact]
    public async Task Get_WithPreferWait_IsHeldUntilTheEnd()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);

        var asking = server.GetAsync(address, ("Prefer", "wait=20"), ("Accept", "application/json"));
        await server.EndAsync(ticket);
        var response = await asking;

        Assert.Equal("succeeded", await response.StateAsync());
        Assert.Equal("wait=20", response.Headers.GetValues("Preference-Applied").Single());
    }

    [Fact]
    public async Task Get_AJobThatFailedInPart_HasTheProblemsOfTheInteractiveCall()
    {
        await using var server = await JobServer.StartAsync();
        var ticket = await SubmitManyAsync(server);
        await server.EndAsync(ticket, transform => transform.Name == "b" ? Damaged : null);

        var response = await server.GetAsync($"{JobServer.Path}/{ticket.Id}");
        var good = await server.GetAsync($"{JobServer.Path}/{ticket.Id}/result/a");
        var bad = await server.GetAsync($"{JobServer.Path}/{ticket.Id}/result/b");
        var unnamed = await server.GetAsync($"{JobServer.Path}/{ticket.Id}/result");

        var job = await response.JsonAsync();
        var problem = job.GetProperty("results")[1].GetProperty("problem");
        Assert.Equal("partial", job.GetProperty("state").GetString());
        Assert.Equal("urn:millrace:problem:damaged", problem.GetProperty("type").GetString());
        Assert.Equal(ticket.Id.ToString(), problem.GetProperty("job").GetString());
        Assert.Equal("the result of width=10", await good.TextAsync());
        var told = (await bad.ProblemAsync(422, "damaged")).Detail();
        Assert.StartsWith("It ends early. ", told, StringComparison.Ordinal);
        await unnamed.ProblemAsync(404, "result-not-found");
    }

    [Fact]
    public async Task GetResult_Always_HasItsTagAndItsTime()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        var outcome = await server.EndAsync(ticket);

        var whole = await server.GetAsync(address + "/result");
        var same = await server.GetAsync(address + "/result", ("If-None-Match", outcome.Transforms[0].Result!.Tag));
        var head = await server.SendAsync(HttpMethod.Head, address + "/result");

        Assert.Equal("the result of width=20&format=webp", await whole.TextAsync());
        Assert.Equal("image/webp", whole.Content.Headers.ContentType?.MediaType);
        Assert.Equal(outcome.Transforms[0].Result!.Tag, whole.Headers.ETag?.ToString());
        Assert.InRange(whole.Headers.CacheControl!.MaxAge!.Value, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("bytes=0-2", 206, "the", "bytes 0-2/34")]
    [InlineData("bytes=30-", 206, "webp", "bytes 30-33/34")]
    [InlineData("bytes=-4", 206, "webp", "bytes 30-33/34")]
    [InlineData("bytes=-99", 206, "the result of width=20&format=webp", "bytes 0-33/34")]
    [InlineData("bytes=33-99", 206, "p", "bytes 33-33/34")]
    [InlineData("bytes=0-1,4-5", 200, "the result of width=20&format=webp", null)]
    [InlineData("lines=0-1", 200, "the result of width=20&format=webp", null)]
    public async Task GetResult_WithARange_AnswersThatPart(string range, int status, string text, string? part)
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.EndAsync(ticket);

        var response = await server.GetAsync(address + "/result", ("Range", range));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(text, await response.TextAsync());
        Assert.Equal(part, response.Content.Headers.ContentRange?.ToString());
    }

    [Theory]
    [InlineData("bytes=34-")]
    [InlineData("bytes=-0")]
    public async Task GetResult_WithARangePastTheEnd_IsRefused(string range)
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.EndAsync(ticket);

        var response = await server.GetAsync(address + "/result", ("Range", range));

        Assert.Equal("bytes */34", response.Content.Headers.ContentRange?.ToString());
        await response.ProblemAsync(416, "range-not-satisfiable");
    }

    [Fact]
    public async Task GetResult_WithARangeOfAnotherResult_AnswersTheWhole()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.EndAsync(ticket);

        var response = await server.GetAsync(address + "/result", ("Range", "bytes=0-2"), ("If-Range", "\"other\""));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task GetResult_BeforeTheEnd_SaysWhenToComeAgain()
    {
        await using var server = await JobServer.StartAsync();
        var (address, _) = await SubmitAsync(server);

        var response = await server.GetAsync(address + "/result");

        await response.ProblemAsync(409, "job-not-finished");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task GetResult_AfterItsTime_IsGone()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.EndAsync(ticket);
        server.Parts.Time.Shift(TimeSpan.FromHours(24));

        Assert.Equal("expired", await (await server.GetAsync(address)).StateAsync());
        await (await server.GetAsync(address + "/result")).ProblemAsync(410, "job-expired");
    }

    [Fact]
    public async Task AnyAddress_OfAnotherTenantsJob_DoesNotExist()
    {
        await using var server = await JobServer.StartAsync();
        var (address, _) = await SubmitAsync(server);
        var acme = ("Millrace-Tenant", "acme");

        await (await server.GetAsync(address, acme)).ProblemAsync(404, "job-not-found");
        await (await server.GetAsync(address + "/result", acme)).ProblemAsync(404, "job-not-found");
        await (await server.SendAsync(HttpMethod.Delete, address, null, acme)).ProblemAsync(404, "job-not-found");
        await (await server.GetAsync(JobServer.Path + "/nothing")).ProblemAsync(404, "job-not-found");
    }

    [Fact]
    public async Task Delete_BeforeAWorkerHasIt_CancelsForGood()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server, "?webhook=here");

        var first = await server.SendAsync(HttpMethod.Delete, address);
        var again = await server.SendAsync(HttpMethod.Delete, address);
        var claim = await server.ClaimAsync(ticket);

        Assert.Equal("cancelled", await first.StateAsync());
        Assert.Equal("cancelled", await again.StateAsync());
        Assert.Equal(JobClaimant.Caller, claim.By);
        Assert.Equal(Lane.Webhook, (await server.Queue.TakeAsync()).Lane);
        await (await server.GetAsync(address + "/result")).ProblemAsync(409, "job-cancelled");
    }

    [Fact]
    public async Task Delete_OnceAWorkerHasIt_SaysThatItIsTooLate()
    {
        await using var server = await JobServer.StartAsync();
        var (address, ticket) = await SubmitAsync(server);
        await server.ClaimAsync(ticket);

        await (await server.SendAsync(HttpMethod.Delete, address)).ProblemAsync(409, "job-begun");
        await server.EndAsync(ticket);
        await (await server.SendAsync(HttpMethod.Delete, address)).ProblemAsync(409, "job-begun");
    }

    [Fact]
    public async Task List_PageByPage_HasAllJobsNewestFirst()
    {
        await using var server = await JobServer.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add((await SubmitAsync(server)).Ticket.Id.ToString());
            server.Parts.Time.Shift(TimeSpan.FromMilliseconds(5));
        }
        await server.SubmitAsync(headers: ("Millrace-Tenant", "acme"));

        var (listed, cursor, pages) = (new List<string>(), "", 0);
        do
        {
            var page = await (await server.GetAsync($"{JobServer.Path}?limit=3&cursor={cursor}")).JsonAsync();
            var jobs = page.GetProperty("jobs").EnumerateArray();
            listed.AddRange(jobs.Select(job => job.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next").GetString() ?? "";
            pages++;
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Reverse(ids), listed);
        Assert.Equal(3, pages);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=x")]
    [InlineData("?cursor=x")]
    public async Task List_WithAWrongParameter_IsRefused(string query)
    {
        await using var server = await JobServer.StartAsync();

        await (await server.GetAsync(JobServer.Path + query)).ProblemAsync(400, "bad-parameter");
    }

    [Fact]
    public async Task AnyAddress_WhileTheStoreIsAway_SaysSo()
    {
        await using var server = await JobServer.StartAsync();
        var (address, _) = await SubmitAsync(server);
        server.Store.Failure = new(0, false, true);

        foreach (var path in new[] { address, address + "/result", JobServer.Path })
        {
            var response = await server.GetAsync(path);
            await response.ProblemAsync(503, "store-unavailable");
            Assert.NotNull(response.Headers.RetryAfter);
        }
    }

    [Theory]
    [InlineData("text/html", 415, "unsupported-media-type")]
    [InlineData("multipart/form-data; boundary=x", 400, "bad-multipart")]
    public async Task Upload_OfAnotherType_IsRefused(string type, int status, string code)
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Body(type: type));

        await response.ProblemAsync(status, code);
    }

    [Fact]
    public async Task Upload_AsAForm_IsNamedLikeAnyOther()
    {
        await using var server = await JobServer.StartAsync();
        using var file = new ByteArrayContent(Pictures.Png());
        using var form = new MultipartFormDataContent { { file, "file", "a.png" } };

        var upload = await (await server.SendAsync(HttpMethod.Post, "/v1/uploads", form)).JsonAsync();
        var source = upload.GetProperty("source").GetString();
        var job = await server.SendAsync(
            HttpMethod.Post, JobServer.Path, JsonContent.Create(new { source, transform = "width=10" }));

        Assert.Equal(HttpStatusCode.Accepted, job.StatusCode);
        Assert.Equal(
            System.Convert.ToHexStringLower(SHA256.HashData(Pictures.Png())), upload.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Upload_WithAWatermark_IsRefused()
    {
        await using var server = await JobServer.StartAsync();
        using var file = new ByteArrayContent(Pictures.Png());
        using var mark = new ByteArrayContent(Pictures.Png());
        using var form = new MultipartFormDataContent { { file, "file", "a.png" }, { mark, "watermark", "b.png" } };

        await (await server.SendAsync(HttpMethod.Post, "/v1/uploads", form)).ProblemAsync(400, "bad-job");

        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Upload_WithoutItsLength_IsRefused()
    {
        await using var server = await JobServer.StartAsync();

        var response = await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Chunked(Pictures.Png()));

        await response.ProblemAsync(411, "length-required");
    }

    [Fact]
    public async Task Document_WithJobs_DescribesTheirAddresses()
    {
        await using var server = await JobServer.StartAsync();

        var document = await (await server.GetAsync("/openapi/v1.json")).JsonAsync();

        var paths = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(call => $"{call.Name} {path.Name}"));
        Assert.Equal(
            [
                "delete /v1/jobs/{id}", "get /v1/account/usage", "get /v1/jobs", "get /v1/jobs/{id}",
                "get /v1/jobs/{id}/result",
                "get /v1/jobs/{id}/result/{name}", "get /v1/service", "get /v1/webhooks/deliveries",
                "get /v1/webhooks/deliveries/{id}", "post /v1/images:convert", "post /v1/jobs", "post /v1/uploads",
                "post /v1/webhooks/deliveries/{id}:replay",
            ],
            paths.Order(StringComparer.Ordinal));
    }

    private static async Task<(string Address, Ticket Ticket)> SubmitAsync(
        JobServer server, string query = "?width=20&format=webp")
    {
        var response = await server.SubmitAsync(query);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (response.Headers.Location!.ToString(), await server.Queue.TakeAsync());
    }

    private static async Task<Ticket> SubmitManyAsync(JobServer server)
    {
        var upload = await (await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Body())).JsonAsync();
        var response = await server.SubmitJsonAsync(new
        {
            source = upload.GetProperty("source").GetString(),
            transforms = new { a = "width=10", b = "width=20" },
        });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await server.Queue.TakeAsync();
    }
}
