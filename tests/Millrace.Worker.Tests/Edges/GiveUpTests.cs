using Microsoft.AspNetCore.Http;
using Millrace.Core.Handover;

namespace Millrace.Worker.Tests.Edges;

/// <summary>An edge that does not hear a give-up would take the worker for busy until the caller's end.</summary>
public sealed class GiveUpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(StatusCodes.Status503ServiceUnavailable)]
    public async Task GiveUp_ThatTheEdgeDoesNotTake_IsSaidInTheSession(int? status)
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        edge.GiveUpStatus = status;
        var ticket = LinkedWorker.Ticket(edge.Address);
        (await worker.Link.FetchAsync(ticket, Cancel)).Dispose();

        await worker.Link.GiveUpAsync(ticket);

        var heard = await edge.Messages.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        Assert.Equal(ticket.Id, SessionText.ReadLeft(heard));
    }

    [Fact]
    public async Task GiveUp_ThatTheEdgeTakes_IsNotSaidTwice()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        var ticket = LinkedWorker.Ticket(edge.Address);
        (await worker.Link.FetchAsync(ticket, Cancel)).Dispose();

        await worker.Link.GiveUpAsync(ticket);
        await worker.Link.StartedAsync(ticket);

        var heard = await edge.Messages.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        Assert.Equal(ticket.Id, SessionText.ReadStarted(heard));
    }
}
