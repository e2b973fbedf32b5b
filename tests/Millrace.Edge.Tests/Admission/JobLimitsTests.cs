using System.Net;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Edge.Tests.Jobs;

namespace Millrace.Edge.Tests.Admission;

public sealed class JobLimitsTests
{
    [Fact]
    public async Task Submit_BeyondTheOpenJobs_IsRefused()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { JobsOpen = 2 });
        await server.SubmitAsync();
        await server.SubmitAsync();

        var refused = await server.SubmitAsync();
        var other = await server.SubmitAsync(headers: ("Millrace-Tenant", "other"));

        var problem = await refused.ProblemAsync(429, "jobs-open-limited");
        Assert.Equal("2 jobs that have not ended", problem.GetProperty("allowed").GetString());
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    [Fact]
    public async Task Submit_WhenOneOfTheOpenJobsHasEnded_IsAccepted()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { JobsOpen = 2 });
        await server.SubmitAsync();
        await server.SubmitAsync();
        await server.EndAsync(await server.Queue.TakeAsync());

        var third = await server.SubmitAsync();

        Assert.Equal(HttpStatusCode.Accepted, third.StatusCode);
    }

    [Fact]
    public async Task Submit_AgainWithTheSameKey_CountsOnce()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { JobsOpen = 2 });
        await server.SubmitAsync(headers: ("Idempotency-Key", "\"one\""));
        await server.SubmitAsync(headers: ("Idempotency-Key", "\"one\""));

        var second = await server.SubmitAsync();

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
    }

    [Fact]
    public async Task Submit_OfAPlanWithoutTheLane_IsRefusedAndSoIsAnUpload()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { Lanes = [Lane.Interactive] });

        var job = await server.SubmitAsync();
        var upload = await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Body());

        await job.ProblemAsync(403, "lane-not-allowed");
        await upload.ProblemAsync(403, "lane-not-allowed");
        Assert.True(server.Queue.IsEmpty);
    }

    [Fact]
    public async Task Upload_OfMoreBytesThanThePlanHas_IsRefusedByName()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { BytesMax = 1_000 });

        var upload = await server.SendAsync(
            HttpMethod.Post, "/v1/uploads", Pictures.Body(Pictures.Png(bytes: 1_001)));
        var job = await server.SubmitAsync(content: Pictures.Body(Pictures.Png(bytes: 1_001)));

        foreach (var refused in new[] { upload, job })
        {
            var problem = await refused.ProblemAsync(413, "too-many-bytes");
            Assert.Equal("1000 bytes an image, by the tenant's plan", problem.GetProperty("allowed").GetString());
        }
    }

    [Fact]
    public async Task Submit_OfAPlanThatKeepsLess_IsKeptNoLonger()
    {
        await using var server = await StartAsync(PlannedCallers.Ample with { Retention = TimeSpan.FromHours(2) });

        var kept = await server.SubmitAsync();
        var longer = await server.SubmitAsync("?width=20&format=webp&keepSeconds=7201");

        var job = await kept.JsonAsync();
        var accepted = job.GetProperty("acceptedAt").GetDateTimeOffset();
        Assert.Equal(accepted + TimeSpan.FromHours(2), job.GetProperty("expiresAt").GetDateTimeOffset());
        var problem = await longer.ProblemAsync(400, "bad-job");
        Assert.Equal("whole seconds from 3600 to 7200", problem.GetProperty("allowed").GetString());
    }

    [Fact]
    public async Task Look_BeyondTheRate_IsRefusedToo()
    {
        await using var server = await StartAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 0.001, Burst = 1 });

        var first = await server.GetAsync(JobServer.Path);
        var second = await server.GetAsync(JobServer.Path);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await second.ProblemAsync(429, "rate-limited");
        Assert.NotEqual(true, second.Headers.ConnectionClose);
    }

    private static Task<JobServer> StartAsync(TenantLimits limits) => JobServer.StartAsync(
        new JobServerParts { Services = new PlannedCallers(_ => limits).AddTo });
}
