using System.Net;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>The whole way over real sockets, the worker played by the test.</summary>
public sealed class DispatcherTests
{
    [Fact]
    public async Task Post_WhenAWorkerConverts_AnswersWithItsImage()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);

        var posting = edge.ConvertAsync(headers: ("Millrace-Tenant", "acme"));
        var ticket = await edge.Queue.TakeAsync();
        var bytes = await worker.ClaimAsync(ticket);
        await worker.StartedAsync(ticket);
        using var delivered = await worker.DeliverAsync(ticket);
        using var answer = await posting;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("an image", await answer.TextAsync());
        Assert.Equal(Pictures.Png(), bytes);
        Assert.Equal(HttpStatusCode.NoContent, delivered.StatusCode);
        Assert.Equal(("acme", Lane.Interactive, 1, 0), (ticket.Tenant, ticket.Lane, ticket.Attempt, ticket.Strikes));
        Assert.Equal(answer.Job(), ticket.Id.ToString());
        Assert.Equal(edge.Internal, new Uri(ticket.Source));
        var timing = answer.Headers.GetValues("Server-Timing").Single();
        Assert.Contains("convert;dur=20,", timing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhenTheWorkerDiesBeforeItStarts_IsConvertedByAnotherWithoutBlame()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);

        var posting = edge.ConvertAsync();
        await first.ClaimAsync(await edge.Queue.TakeAsync());
        first.Die();
        var again = await edge.Queue.TakeAsync();
        await second.ClaimAsync(again);
        (await second.DeliverAsync(again)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal((2, 0), (again.Attempt, again.Strikes));
        Assert.Empty(edge.Ledger.List());
    }

    [Fact]
    public async Task Post_WhenTheWorkerSaysInItsSessionThatItLeftIt_IsConvertedByAnotherWithoutBlame()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await first.ClaimAsync(ticket);
        await first.SayAsync(SessionText.Left(ticket.Id));
        var again = await edge.Queue.TakeAsync();
        await second.ClaimAsync(again);
        (await second.DeliverAsync(again)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal((2, 0), (again.Attempt, again.Strikes));
    }

    [Fact]
    public async Task Post_WhenWorkersDieOfIt_IsQuarantinedAtTheSecondAndRefusedFromThenOn()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);
        using var third = await WireWorker.JoinAsync(edge, 3);

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await KillAsync(first, ticket);
        var again = await edge.Queue.TakeAsync();
        await KillAsync(second, again);

        await (await posting).ProblemAsync(422, "quarantined");
        await (await edge.ConvertAsync()).ProblemAsync(422, "quarantined");
        Assert.Equal((2, 1), (again.Attempt, again.Strikes));
        var entry = Assert.Single(edge.Ledger.List());
        Assert.Equal(Fingerprint.OfImage(ticket.ContentHash, DispatchServer.Build), entry.Fingerprint);
        Assert.Equal((DeathCause.Worker, 2), (entry.Cause, entry.Strikes));
        Assert.True(edge.Queue.IsEmpty);
    }

    [Fact]
    public async Task Post_WhenWhatAWorkerWasLostWithSucceedsAlone_IsLikeAnyOtherFromThenOn()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);

        var posting = edge.ConvertAsync();
        await KillAsync(first, await edge.Queue.TakeAsync());
        var again = await edge.Queue.TakeAsync();
        await second.ClaimAsync(again);
        // As its worker does that has converted it alone.
        var loss = Assert.Single(edge.Ledger.Losses(
            Fingerprint.OfImage(again.ContentHash, DispatchServer.Build),
            Fingerprint.OfRequest(again.ContentHash, DispatchServer.Build, again.Transform)));
        await edge.Ledger.AddAsync(
            PoisonEvent.Acquitted.Of(loss, "w", loss.At), TestContext.Current.CancellationToken);
        (await second.DeliverAsync(again)).Dispose();
        var later = edge.ConvertAsync();
        var next = await edge.Queue.TakeAsync();
        await second.ClaimAsync(next);
        (await second.DeliverAsync(next)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await later).StatusCode);
        Assert.Equal((1, 0), (again.Strikes, next.Strikes));
    }

    [Fact]
    public async Task Post_WhenAWorkerIsLostWithTwoCopies_CountsOneDeath()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);
        var harmless = edge.ConvertAsync();
        await AnswerAsync(second, await edge.Queue.TakeAsync());
        Assert.Equal(HttpStatusCode.OK, (await harmless).StatusCode);

        Task<HttpResponseMessage>[] posting = [edge.ConvertAsync(), edge.ConvertAsync()];
        foreach (var ticket in new[] { await edge.Queue.TakeAsync(), await edge.Queue.TakeAsync() })
        {
            await first.ClaimAsync(ticket);
            await first.StartedAsync(ticket);
        }
        first.Die();
        await AnswerAsync(second, await edge.Queue.TakeAsync());
        await AnswerAsync(second, await edge.Queue.TakeAsync());

        Assert.All(await Task.WhenAll(posting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, Assert.Single(edge.Ledger.List()).Strikes);

        static async Task AnswerAsync(WireWorker worker, Ticket ticket)
        {
            await worker.ClaimAsync(ticket);
            (await worker.DeliverAsync(ticket)).Dispose();
        }
    }

    [Fact]
    public async Task Post_WhenThreeWorkersAreLost_SaysSo()
    {
        await using var edge = await DispatchServer.StartAsync();

        var posting = edge.ConvertAsync();
        for (var number = 1; number <= 3; number++)
        {
            using var worker = await WireWorker.JoinAsync(edge, number);
            await worker.ClaimAsync(await edge.Queue.TakeAsync());
            worker.Die();
        }

        await (await posting).ProblemAsync(503, "worker-lost");
    }

    [Fact]
    public async Task Post_WhenTheLedgerIsBroken_StillGoesOn()
    {
        await using var edge = await DispatchServer.StartAsync();
        edge.Ledger.Broken = new IOException("The disk is full.");
        using var first = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);

        var posting = edge.ConvertAsync();
        await KillAsync(first, await edge.Queue.TakeAsync());
        var again = await edge.Queue.TakeAsync();
        await second.ClaimAsync(again);
        (await second.DeliverAsync(again)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal(1, again.Strikes);
    }

    [Fact]
    public async Task Post_WhenItTakesLong_IsHedgedOnceAndTheLoserIsRefused()
    {
        await using var edge = await DispatchServer.StartAsync(settings:
            [("Edge:Dispatch:HedgeMin", "00:00:00.050"), ("Edge:Dispatch:HedgeShare", "0.5"),
                ("Edge:Dispatch:HedgeMultiple", "1")]);
        using var slow = await WireWorker.JoinAsync(edge, 1);
        using var quick = await WireWorker.JoinAsync(edge, 2);
        for (var i = 0; i < 100; i++)
        {
            var quickly = edge.ConvertAsync();
            var one = await edge.Queue.TakeAsync();
            await quick.ClaimAsync(one);
            (await quick.DeliverAsync(one)).Dispose();
            (await quickly).Dispose();
        }

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await slow.ClaimAsync(ticket);
        var hedge = await edge.Queue.TakeAsync();
        using var same = await slow.FetchAsync(hedge);
        await quick.ClaimAsync(hedge);
        using var won = await quick.DeliverAsync(hedge);
        using var answer = await posting;
        using var late = await slow.DeliverAsync(ticket);

        Assert.True(hedge.Hedge);
        Assert.Equal(1, hedge.Attempt);
        Assert.Equal(HttpStatusCode.Conflict, same.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, won.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        Assert.True(edge.Queue.IsEmpty);
        await edge.Measured.UntilAsync("millrace.dispatch.hedge_wins");
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.open", 0);
    }

    [Fact]
    public async Task Post_WhenNobodyClaimsIt_AnswersInTime()
    {
        await using var edge = await DispatchServer.StartAsync(
            settings: ("Edge:Dispatch:QueueTimeout", "00:00:00.200"));

        using var answer = await edge.ConvertAsync();

        await answer.ProblemAsync(503, "queue-deadline");
        using var worker = await WireWorker.JoinAsync(edge, 1);
        using var late = await worker.FetchAsync(await edge.Queue.TakeAsync());
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
    }

    [Fact]
    public async Task Post_WhenTheQueueIsFull_IsRefused()
    {
        await using var edge = await DispatchServer.StartAsync(new MemoryQueue { IsFull = true });

        await (await edge.ConvertAsync()).ProblemAsync(503, "queue-full");
    }

    [Fact]
    public async Task Post_WhenTheQueueHasNoLeader_WaitsForItsDeadlineAndSaysSo()
    {
        await using var edge = await DispatchServer.StartAsync(
            new MemoryQueue { HasLeader = false }, settings: ("Edge:Convert:RequestTimeout", "00:00:00.500"));

        await (await edge.ConvertAsync()).ProblemAsync(503, "queue-unavailable");
        await (await edge.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken))
            .ProblemAsync(503, "trial-failed");
        Assert.Contains(edge.Log.All, line => line.Text.Contains("No leader.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_WhenTheCallerHangsUp_LaterFetchesFindNothing()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);
        using var hangUp = new CancellationTokenSource();

        var posting = edge.ConvertAsync(null, hangUp.Token);
        var ticket = await edge.Queue.TakeAsync();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
        await edge.Measured.UntilAsync("millrace.edge.requests", "outcome=hung_up");

        using var fetched = await worker.FetchAsync(ticket);
        Assert.Equal(HttpStatusCode.Gone, fetched.StatusCode);
    }

    [Fact]
    public async Task Post_WhenHundredEqualPillsComeAtOnce_OneGoesOut()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);

        var posting = Enumerable.Range(0, 100).Select(_ => edge.ConvertAsync()).ToArray();
        var ticket = await edge.Queue.TakeAsync();
        await worker.ClaimAsync(ticket);
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.gate_waiting", 99);
        // As its worker would have said while it tried twice.
        edge.Ledger.Quarantine(Fingerprint.OfImage(ticket.ContentHash, DispatchServer.Build));
        (await worker.FailAsync(ticket, ConversionFailure.KernelCrashed, attempts: 2)).Dispose();
        var answers = await Task.WhenAll(posting);

        var first = Assert.Single(answers, answer => answer.Job() == ticket.Id.ToString());
        await first.ProblemAsync(422, "kernel-crashed");
        foreach (var answer in answers.Where(answer => answer != first)) await answer.ProblemAsync(422, "quarantined");
        Assert.True(edge.Queue.IsEmpty);
    }

    [Fact]
    public async Task Post_WhenEqualsOfAHarmlessImageWait_AllGoOutOnceTheFirstIsDone()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);

        var posting = Enumerable.Range(0, 5).Select(_ => edge.ConvertAsync()).ToArray();
        var first = await edge.Queue.TakeAsync();
        await worker.ClaimAsync(first);
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.gate_waiting", 4);
        Assert.True(edge.Queue.IsEmpty);
        (await worker.DeliverAsync(first)).Dispose();
        for (var i = 0; i < 4; i++)
        {
            var next = await edge.Queue.TakeAsync();
            await worker.ClaimAsync(next);
            (await worker.DeliverAsync(next)).Dispose();
        }

        Assert.All(await Task.WhenAll(posting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Post_WhenOneOfTwoBuildsMaySurviveIt_GoesOut()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var old = await WireWorker.JoinAsync(edge, 1, build: "kernel 1");
        using var newer = await WireWorker.JoinAsync(edge, 2, build: "kernel 2");
        var hash = System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pictures.Png()));
        edge.Ledger.Quarantine(Fingerprint.OfImage(hash, "kernel 1"));

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await newer.ClaimAsync(ticket);
        (await newer.DeliverAsync(ticket)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal(1, ticket.Strikes);
        edge.Ledger.Quarantine(Fingerprint.OfImage(hash, "kernel 2"));
        await (await edge.ConvertAsync()).ProblemAsync(422, "quarantined");
    }

    [Theory]
    [InlineData("Acme")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("millrace")]
    [InlineData("")]
    public async Task Post_WithABadTenant_IsRefusedByTheHeadersName(string tenant)
    {
        await using var edge = await DispatchServer.StartAsync();

        var problem = await (await edge.ConvertAsync(headers: ("Millrace-Tenant", tenant)))
            .ProblemAsync(400, "bad-request");

        Assert.Contains("Millrace-Tenant", problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhenTheHeaderIsNotHonoured_IsTheOpenTenants()
    {
        await using var edge = await DispatchServer.StartAsync(
            settings: ("Edge:Open:HonoursTenantHeader", "false"));
        using var worker = await WireWorker.JoinAsync(edge, 1);

        var posting = edge.ConvertAsync(headers: ("Millrace-Tenant", "acme"));
        var ticket = await edge.Queue.TakeAsync();
        await worker.ClaimAsync(ticket);
        (await worker.DeliverAsync(ticket)).Dispose();
        (await posting).Dispose();

        Assert.Equal("open", ticket.Tenant);
    }

    [Fact]
    public async Task Stop_WhileAWorkerConverts_FinishesThroughTheInternalListener()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);
        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();

        var stopping = edge.App.StopAsync(TestContext.Current.CancellationToken);
        await worker.ClaimAsync(ticket);
        (await worker.DeliverAsync(ticket)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        await stopping.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);
    }

    private static async Task KillAsync(WireWorker worker, Ticket ticket)
    {
        await worker.ClaimAsync(ticket);
        await worker.StartedAsync(ticket);
        // What was said before is heard before the end.
        worker.Die();
    }
}
