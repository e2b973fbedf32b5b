using System.Net;
using Millrace.Core.Jobs;

namespace Millrace.Edge.Tests.Jobs;

public sealed class IdempotencyTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "\"k\"");

    [Fact]
    public async Task Post_TheSameAgain_AnswersWithTheSameJob()
    {
        await using var server = await JobServer.StartAsync();

        var first = await server.SubmitAsync(headers: Key);
        var again = await server.SubmitAsync(headers: Key);
        await server.EndAsync(await server.Queue.TakeAsync());
        var ended = await server.SubmitAsync(headers: Key);

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal("succeeded", await ended.StateAsync());
        Assert.True(server.Queue.IsEmpty);
    }

    [Fact]
    public async Task Post_SomethingElseWithTheKey_IsRefused()
    {
        await using var server = await JobServer.StartAsync();
        await server.SubmitAsync(headers: Key);

        await (await server.SubmitAsync("?width=21&format=webp", headers: Key))
            .ProblemAsync(422, "idempotency-mismatch");
        await (await server.SubmitAsync(content: Pictures.Body(Pictures.Png(41)), headers: Key))
            .ProblemAsync(422, "idempotency-mismatch");
    }

    [Fact]
    public async Task Post_WithAnotherTenantsKey_IsANewJob()
    {
        await using var server = await JobServer.StartAsync();

        var first = await server.SubmitAsync(headers: Key);
        var other = await server.SubmitAsync(headers: [Key, ("Millrace-Tenant", "acme")]);

        Assert.NotEqual(first.Headers.Location, other.Headers.Location);
    }

    [Fact]
    public async Task Post_WithAKeyThatIsNone_IsRefused()
    {
        await using var server = await JobServer.StartAsync();

        await (await server.SubmitAsync(headers: ("Idempotency-Key", "bare"))).ProblemAsync(400, "bad-idempotency-key");
    }

    [Fact]
    public async Task Post_ADayLater_IsANewJob()
    {
        await using var server = await JobServer.StartAsync();

        var first = await server.SubmitAsync(headers: Key);
        server.Parts.Time.Shift(IdempotencyEntry.Lifetime);
        var later = await server.SubmitAsync(headers: Key);

        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        Assert.NotEqual(first.Headers.Location, later.Headers.Location);
    }

    [Fact]
    public async Task Post_WhileTheFirstIsBeingAccepted_WaitsAndThenTakesOver()
    {
        var parts = new JobServerParts();
        await using var server = await JobServer.StartAsync(parts);
        // The first edge died when it had stored the key's entry and the source.
        await using var dying = await JobServer.StartAsync(parts);
        parts.Store.Failure = new(3, Happens: false, Lasts: true);
        await (await dying.SubmitAsync(headers: Key)).ProblemAsync(503, "store-unavailable");
        parts.Store.Heal();
        var left = parts.Store.Keys;

        var early = await server.SubmitAsync(headers: Key);
        parts.Time.Shift(IdempotencyEntry.TakeOverAfter);
        var late = await server.SubmitAsync(headers: Key);

        await early.ProblemAsync(409, "idempotency-pending");
        Assert.NotNull(early.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.Accepted, late.StatusCode);
        var ticket = await server.Queue.TakeAsync();
        Assert.Contains(JobKeys.Source("open", ticket.Id).ToString(), left);
    }

    [Fact]
    public async Task Post_AfterARefusalForAFaultOfOurs_GoesOnAtOnceWithTheSameJob()
    {
        var parts = new JobServerParts();
        parts.Queue.IsFull = true;
        await using var server = await JobServer.StartAsync(parts);

        await (await server.SubmitAsync(headers: Key)).ProblemAsync(503, "queue-full");
        var record = Assert.Single(parts.Store.Keys, key => key.EndsWith(".job", StringComparison.Ordinal));
        parts.Queue.IsFull = false;
        var again = await server.SubmitAsync(headers: Key);

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(record, JobKeys.Record("open", (await server.Queue.TakeAsync()).Id).ToString());
    }
}
