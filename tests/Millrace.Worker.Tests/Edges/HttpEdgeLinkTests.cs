using System.Text;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Kernels;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Tests.Edges;

/// <summary>The link over real sockets, against a server that answers as each test says.</summary>
public sealed class HttpEdgeLinkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_WhenGranted_HasSourceWatermarkAndTime()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        (string? Attempt, string? Worker) asked = default;
        edge.OnFetch = context =>
        {
            var headers = context.Request.Headers;
            asked = (headers[HandoverWire.Attempt], headers[HandoverWire.Worker]);
            return WireEdge.GrantAsync(context, [1, 2, 3], [4, 5]);
        };

        using var fetched = await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address, hedge: true), Cancel);

        Assert.Equal(FetchAnswer.Granted, fetched.Answer);
        Assert.Equal([1, 2, 3], fetched.Source.ToArray());
        Assert.Equal([4, 5], fetched.Watermark.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(1.5), fetched.Remaining);
        Assert.Equal(("2h", worker.Identity.Instance.ToString("N")), asked);
        Assert.Equal(worker.Identity, Assert.Single(edge.Hellos));
    }

    [Theory]
    [InlineData(StatusCodes.Status410Gone, FetchAnswer.Gone)]
    [InlineData(StatusCodes.Status409Conflict, FetchAnswer.Taken)]
    [InlineData(StatusCodes.Status429TooManyRequests, FetchAnswer.Later)]
    public async Task Fetch_WhenRefused_SaysHow(int status, FetchAnswer answer)
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        edge.OnFetch = context => Answer(context, status);

        using var fetched = await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel);

        Assert.Equal(answer, fetched.Answer);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Fetch_WhenTheSessionIsUnknown_OpensAnotherOnce(int refusals, bool granted)
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        edge.OnFetch = context => refusals-- > 0
            ? Answer(context, StatusCodes.Status412PreconditionFailed)
            : WireEdge.GrantAsync(context, [1], []);

        var fetch = worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel);

        if (granted) (await fetch).Dispose();
        else await Assert.ThrowsAsync<IOException>(() => fetch);
        Assert.Equal(2, edge.Hellos.Count);
    }

    [Fact]
    public async Task Fetch_ManyAtOnce_ShareOneSession()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();

        var fetched = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel)));

        foreach (var each in fetched) each.Dispose();
        Assert.Single(edge.Hellos);
    }

    [Fact]
    public async Task Secret_WhenWrong_IsRefusedAndToldOnceAMinute()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker(secret: "quite-another-secret");

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<IOException>(
                () => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));
        }

        Assert.Single(worker.Log.Lines, line => line.Event == 2030);
        Assert.DoesNotContain(
            worker.Log.Lines, line => line.Text.Contains("another-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with spaces in between")]
    [InlineData("")]
    public async Task Secret_ThatIsNone_KeepsTheWorkerFromStarting(string secret)
    {
        await using var worker = new LinkedWorker(secret);

        Assert.Throws<InvalidDataException>(() => worker.Link);
    }

    [Fact]
    public async Task Body_WhenCutShort_IsAFailureAndTheClaimIsGivenUp()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        edge.OnFetch = async context =>
        {
            context.Response.Headers[HandoverWire.SourceBytes] = "100";
            context.Response.Headers[HandoverWire.RemainingMs] = "1500";
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        await Assert.ThrowsAnyAsync<IOException>(
            () => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));

        await edge.GivenUp.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
    }

    [Theory]
    [InlineData("2000", 2000)]
    [InlineData("10", 5)]
    [InlineData("-1", 10)]
    [InlineData("nonsense", 10)]
    [InlineData("1", 2000)]
    public async Task Body_WhoseLengthsCannotBe_IsRefused(string source, int total)
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker(bytesMax: 1000);
        edge.OnFetch = async context =>
        {
            context.Response.Headers[HandoverWire.SourceBytes] = source;
            context.Response.Headers[HandoverWire.RemainingMs] = "1500";
            context.Response.ContentLength = total;
            await context.Response.Body.WriteAsync(new byte[total]);
        };

        await Assert.ThrowsAnyAsync<IOException>(
            () => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));
    }

    [Fact]
    public async Task Edge_ThatIsSlow_IsGivenUpAfterItsTime()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker(
            change: options => options with { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        edge.OnFetch = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        var exception = await Assert.ThrowsAnyAsync<IOException>(
            () => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));

        Assert.False(EdgeCalls.WasRefused(exception));
        await edge.GivenUp.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Fetch_WhenCancelled_GivesTheClaimUp()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        edge.OnFetch = async context =>
        {
            await hangUp.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), hangUp.Token));

        await edge.GivenUp.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Edge_ThatIsGone_RefusesConnections()
    {
        var edge = await WireEdge.StartAsync();
        var ticket = LinkedWorker.Ticket(edge.Address);
        await edge.DisposeAsync();
        await using var worker = new LinkedWorker();

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => worker.Link.FetchAsync(ticket, Cancel));

        Assert.True(EdgeCalls.WasRefused(exception));
    }

    [Theory]
    [InlineData("here")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("/etc/passwd")]
    public async Task Source_ThatIsNoAddress_IsGone(string source)
    {
        await using var worker = new LinkedWorker();

        using var fetched = await worker.Link.FetchAsync(LinkedWorker.Ticket(source), Cancel);

        Assert.Equal(FetchAnswer.Gone, fetched.Answer);
    }

    [Fact]
    public async Task Edges_MoreThanMayBe_AreRefusedUntilOneIsLost()
    {
        await using var first = await WireEdge.StartAsync();
        await using var second = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker(change: options => options with { EdgesMax = 1 });
        (await worker.Link.FetchAsync(LinkedWorker.Ticket(first.Address), Cancel)).Dispose();

        await Assert.ThrowsAsync<IOException>(
            () => worker.Link.FetchAsync(LinkedWorker.Ticket(second.Address), Cancel));
        first.Drop();

        await UntilAsync(async () =>
        {
            try
            {
                (await worker.Link.FetchAsync(LinkedWorker.Ticket(second.Address), Cancel)).Dispose();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        });
    }

    [Theory]
    [InlineData(StatusCodes.Status204NoContent, true)]
    [InlineData(StatusCodes.Status410Gone, false)]
    public async Task Deliver_OfAnImage_IsAKernelsReply(int status, bool taken)
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        edge.ResultStatus = status;
        var source = new ImageHeader(ImageFormat.Jpeg, 40, 30, 1, true, 9);
        byte[] bytes = [7, 8, 9];
        var outcome = ConversionOutcome.Of(
            new ConvertedImage(bytes, ImageFormat.Webp, 20, 15, 1, source, null),
            new ConversionTiming(TimeSpan.Zero, TimeSpan.FromMilliseconds(12.5), 2));

        Assert.Equal(taken, await worker.Link.DeliverAsync(LinkedWorker.Ticket(edge.Address), outcome, Cancel));

        var (_, header, body) = Assert.Single(edge.Results);
        Assert.Equal("12500,2", header);
        Assert.Equal(bytes, body[KernelFrames.ReplyHeaderBytes..]);
        Assert.Equal(
            new KernelReplyHeader(1, 0, 0, 3, ImageFormat.Webp, 20, 15, 1, source), KernelReplyHeader.Read(body, 1000));
    }

    [Fact]
    public async Task Deliver_OfAFailure_HasItsReason()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        var outcome = ConversionOutcome.Of(ConversionFailure.Damaged, "It ends early.");

        Assert.True(await worker.Link.DeliverAsync(LinkedWorker.Ticket(edge.Address), outcome, Cancel));

        var body = Assert.Single(edge.Results).Body;
        Assert.Equal((int)ConversionFailure.Damaged, KernelReplyHeader.Read(body, 1000)?.Failure);
        Assert.Equal("It ends early.", Encoding.UTF8.GetString(body.AsSpan(KernelFrames.ReplyHeaderBytes)));
    }

    [Fact]
    public async Task Started_IsHeardInTheSession()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        var ticket = LinkedWorker.Ticket(edge.Address);
        (await worker.Link.FetchAsync(ticket, Cancel)).Dispose();

        await worker.Link.StartedAsync(ticket);

        var heard = await edge.Messages.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        Assert.Equal(ticket.Id, SessionText.ReadStarted(heard));
    }

    [Fact]
    public async Task Session_WhenTheEdgeDropsIt_IsOpenedAgainWithTheNextTicket()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        var ticket = LinkedWorker.Ticket(edge.Address);
        (await worker.Link.FetchAsync(ticket, Cancel)).Dispose();
        await edge.TellAsync(SessionText.Pace(3));
        await UntilAsync(() => Task.FromResult(worker.Paces.Slowest > 2));

        edge.Drop();
        await UntilAsync(() => Task.FromResult(worker.Paces.Slowest < 2));
        // Its clock was forgotten before its pace.
        Assert.Null(worker.Clocks.Left(ticket));
        (await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel)).Dispose();

        Assert.Equal(2, edge.Hellos.Count);
    }

    [Fact]
    public async Task Session_WhenTheWorkerEnds_IsLostToTheEdge()
    {
        await using var edge = await WireEdge.StartAsync();
        await using (var worker = new LinkedWorker())
        {
            (await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel)).Dispose();
        }

        await edge.Losses.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Session_WithoutTicketsForLong_IsClosed()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker(
            change: options => options with { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        (await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel)).Dispose();

        await edge.Losses.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Welcome_TeachesTheEdgesClock()
    {
        await using var edge = await WireEdge.StartAsync();
        await using var worker = new LinkedWorker();
        var ticket = LinkedWorker.Ticket(edge.Address);

        Assert.Null(worker.Clocks.Left(ticket));
        (await worker.Link.FetchAsync(ticket, Cancel)).Dispose();

        Assert.InRange(worker.Clocks.Left(ticket)!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task Certificates_OfBothSides_AreDemanded()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority();
        await using var edge = await WireEdge.StartAsync(authority);
        await using var worker = new LinkedWorker(change: options => options with
        {
            CertificatePath = authority.WorkerPath,
            AuthorityPath = authority.AuthorityPath,
        });
        await using var distrustful = new LinkedWorker(change: options => options with
        {
            CertificatePath = authority.WorkerPath,
            AuthorityPath = stranger.AuthorityPath,
        });
        await using var unknown = new LinkedWorker(change: options => options with
        {
            CertificatePath = stranger.WorkerPath,
            AuthorityPath = authority.AuthorityPath,
        });

        using var fetched = await worker.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel);
        using var plain = await worker.Link.FetchAsync(LinkedWorker.Ticket("http://127.0.0.1:1"), Cancel);

        Assert.Equal(FetchAnswer.Granted, fetched.Answer);
        Assert.Equal(FetchAnswer.Gone, plain.Answer);
        await Assert.ThrowsAnyAsync<IOException>(
            () => distrustful.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));
        await Assert.ThrowsAnyAsync<IOException>(
            () => unknown.Link.FetchAsync(LinkedWorker.Ticket(edge.Address), Cancel));
    }

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var impatient = new CancellationTokenSource(Patience);
        while (!await condition()) await Task.Delay(Blink, TimeProvider.System, impatient.Token);
    }
}
