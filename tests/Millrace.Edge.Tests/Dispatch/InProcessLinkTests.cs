using System.Net;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Dispatch;

public sealed class InProcessLinkTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deliver_WhenTaken_SharesTheBytesUntilTheAnswerIsSent()
    {
        await using var edge = await DispatchServer.StartAsync(isEmbedded: true);
        var released = new TaskCompletionSource();

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        using var fetched = await edge.Link.FetchAsync(ticket, Cancelled);
        await edge.Link.StartedAsync(ticket);
        var outcome = Outcome(released.SetResult);
        var isTaken = await edge.Link.DeliverAsync(ticket, outcome, Cancelled);
        outcome.Image!.Dispose();
        using var answer = await posting;

        Assert.True(isTaken);
        Assert.Equal(Ticket.Here, ticket.Source);
        Assert.Equal(FetchAnswer.Granted, fetched.Answer);
        Assert.Equal("here", await answer.TextAsync());
        await released.Task.WaitAsync(EdgeServer.Patience, Cancelled);
    }

    [Fact]
    public async Task Deliver_WhenTheCallerHasGone_IsRefusedAndLeavesTheBytesToTheWorker()
    {
        await using var edge = await DispatchServer.StartAsync(isEmbedded: true);
        using var hangUp = new CancellationTokenSource();
        var released = 0;

        var posting = edge.ConvertAsync(null, hangUp.Token);
        var ticket = await edge.Queue.TakeAsync();
        using var fetched = await edge.Link.FetchAsync(ticket, Cancelled);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
        await edge.Measured.UntilAsync("millrace.edge.requests", "outcome=hung_up");
        var bytes = fetched.Source.ToArray();
        var outcome = Outcome(() => released++);
        var isTaken = await edge.Link.DeliverAsync(ticket, outcome, Cancelled);

        Assert.False(isTaken);
        Assert.Equal(Pictures.Png(), bytes);
        Assert.Equal(0, released);
        outcome.Image!.Dispose();
        Assert.Equal(1, released);
    }

    [Fact]
    public async Task GiveUp_ThenFetchAgain_IsGranted()
    {
        await using var edge = await DispatchServer.StartAsync(isEmbedded: true);
        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();

        (await edge.Link.FetchAsync(ticket, Cancelled)).Dispose();
        await edge.Link.GiveUpAsync(ticket);
        using var again = await edge.Link.FetchAsync(ticket, Cancelled);
        var damaged = ConversionOutcome.Of(ConversionFailure.Damaged, "It ends early.");
        await edge.Link.DeliverAsync(ticket, damaged, Cancelled);

        Assert.Equal(FetchAnswer.Granted, again.Answer);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await posting).StatusCode);
    }

    private static ConversionOutcome Outcome(Action release) => ConversionOutcome.Of(
        new ConvertedImage(
            "here"u8.ToArray(), ImageFormat.Webp, 20, 15, 1, new ImageHeader(ImageFormat.Png, 40, 30), release),
        new ConversionTiming(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), 1));
}
