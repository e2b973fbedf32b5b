using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Edge.Tests.Dispatch;

namespace Millrace.Edge.Tests.Internal;

public sealed class InternalTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_WithAWrongSecret_Answers401AndTellsTheLogOnce()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var stranger = WireWorker.Make(edge, 1, secret: "not the secret of the cluster");

        for (var i = 0; i < 3; i++)
        {
            using var answer = await stranger.Client.GetAsync("/internal/v1/status", Cancelled);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        await Assert.ThrowsAsync<WebSocketException>(stranger.ConnectAsync);

        Assert.Single(edge.Log.All, line => line.Text.StartsWith("3040 ", StringComparison.Ordinal));
        Assert.DoesNotContain(edge.Log.All, line => line.Text.Contains("not the secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Listeners_Always_AnswerOnlyTheirOwn()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = await WireWorker.JoinAsync(edge, 1);

        using var outside = await edge.Client.GetAsync("/internal/v1/status", Cancelled);
        using var inside = await worker.Client.GetAsync("/health/live", Cancelled);
        using var convert = await worker.Client.PostAsync(EdgeServer.ConvertPath, Pictures.Body(), Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, inside.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, convert.StatusCode);
    }

    [Fact]
    public async Task FetchAndResult_WithoutASession_Answer412()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = WireWorker.Make(edge, 1);
        using var hangUp = new CancellationTokenSource();
        var posting = edge.ConvertAsync(null, hangUp.Token);
        var ticket = await edge.Queue.TakeAsync();

        using var fetched = await worker.FetchAsync(ticket);
        using var delivered = await worker.DeliverAsync(ticket);

        Assert.Equal(HttpStatusCode.PreconditionFailed, fetched.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, delivered.StatusCode);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
    }

    [Fact]
    public async Task Fetch_ByTwoWorkersOfOneName_IsForOneOfThem()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var first = await WireWorker.JoinAsync(edge, 1, "same");
        using var second = await WireWorker.JoinAsync(edge, 2, "same");
        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();

        await first.ClaimAsync(ticket);
        using var taken = await second.FetchAsync(ticket);
        using var givenUp = await first.GiveUpAsync(ticket);
        await second.ClaimAsync(ticket);
        (await second.DeliverAsync(ticket)).Dispose();
        using var answer = await posting;
        using var gone = await first.FetchAsync(ticket);

        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, givenUp.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("garbage that is longer than the sixty-four bytes of the header that should stand there")]
    [InlineData("short image")]
    [InlineData("long image")]
    public async Task Result_OfGarbage_IsRefusedAndAnotherTries(string kind)
    {
        await using var edge = await DispatchServer.StartAsync();
        using var broken = await WireWorker.JoinAsync(edge, 1);
        using var sound = await WireWorker.JoinAsync(edge, 2);
        var body = kind switch
        {
            "short image" => WireWorker.Reply("an image"u8.ToArray())[..^1],
            "long image" => [.. WireWorker.Reply("an image"u8.ToArray()), 0],
            _ => Encoding.ASCII.GetBytes(kind),
        };

        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await broken.ClaimAsync(ticket);
        using var refused = await broken.PostAsync(ticket, body);
        var again = await edge.Queue.TakeAsync();
        await sound.ClaimAsync(again);
        (await sound.DeliverAsync(again)).Dispose();

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Equal(2, again.Attempt);
    }

    [Fact]
    public async Task Fetch_ByWhoLimps_IsPutOffWhileOthersAreThere()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var limping = await WireWorker.JoinAsync(edge, 1);
        using var second = await WireWorker.JoinAsync(edge, 2);
        using var third = await WireWorker.JoinAsync(edge, 3);
        var pictures = Enumerable.Range(0, 10).Select(i => Pictures.Png(width: 50 + i)).ToArray();
        var posting = pictures.Select(picture => edge.ConvertAsync(picture)).ToArray();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < pictures.Length; i++)
        {
            var ticket = await edge.Queue.TakeAsync();
            using var fetched = await limping.FetchAsync(ticket);
            statuses.Add(fetched.StatusCode);
            if (fetched.IsSuccessStatusCode)
            {
                (await limping.PostAsync(ticket, "garbage"u8.ToArray())).Dispose();
                ticket = await edge.Queue.TakeAsync();
            }
            await second.ClaimAsync(ticket);
            (await second.DeliverAsync(ticket)).Dispose();
        }

        // Three failures, perhaps one more chance, then the wait.
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], statuses[..3]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.All(await Task.WhenAll(posting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Session_OfASilentPeer_EndsByItself()
    {
        await using var edge = await DispatchServer.StartAsync(settings:
            [("Edge:Internal:PingInterval", "00:00:00.100"), ("Edge:Internal:PingTimeout", "00:00:00.300")]);
        using var silent = new TcpClient();
        await silent.ConnectAsync(edge.Internal.Host, edge.Internal.Port, Cancelled);
        var stream = silent.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {HandoverWire.SessionPath} HTTP/1.1\r\nHost: edge\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            + $"Authorization: Bearer {DispatchServer.Secret}\r\n\r\n"), Cancelled);
        await stream.WriteAsync(Masked(SessionText.Hello(new WorkerIdentity(
            "silent", new Guid(1, 0, 0, new byte[8]), DispatchServer.Build, 1))), Cancelled);

        await edge.Measured.UntilAsync("millrace.dispatch.lost_workers");
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.workers", 0);
    }

    [Fact]
    public async Task Session_WithoutAHello_Ends()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var worker = WireWorker.Make(edge, 1);
        await worker.ConnectAsync();

        await worker.SayAsync("good day");

        await Assert.ThrowsAsync<WebSocketException>(worker.HearAsync);
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.workers", 0);
    }

    [Fact]
    public async Task Session_OfTheSameInstance_TakesTheOldOnesPlaceAndItsClaims()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var before = await WireWorker.JoinAsync(edge, 1);
        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await before.ClaimAsync(ticket);
        await before.StartedAsync(ticket);

        using var after = await WireWorker.JoinAsync(edge, 1);
        await Assert.ThrowsAsync<WebSocketException>(before.HearAsync);
        (await after.DeliverAsync(ticket)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Empty(edge.Ledger.List());
        Assert.True(edge.Queue.IsEmpty);
        await edge.Measured.UntilGaugeAsync("millrace.dispatch.workers", 1);
    }

    [Fact]
    public async Task Session_ThatIsClosedInOrder_BlamesNoImage()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var leaving = await WireWorker.JoinAsync(edge, 1);
        using var staying = await WireWorker.JoinAsync(edge, 2);
        var posting = edge.ConvertAsync();
        var ticket = await edge.Queue.TakeAsync();
        await leaving.ClaimAsync(ticket);
        await leaving.StartedAsync(ticket);

        await leaving.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);
        var again = await edge.Queue.TakeAsync();
        await staying.ClaimAsync(again);
        (await staying.DeliverAsync(again)).Dispose();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
        Assert.Empty(edge.Ledger.List());
    }

    [Fact]
    public async Task Edges_OfOneName_AreToldApartByTheirAddress()
    {
        var queue = new MemoryQueue();
        await using var one = await DispatchServer.StartAsync(queue, settings: ("Edge:Dispatch:Name", "same"));
        await using var other = await DispatchServer.StartAsync(queue, settings: ("Edge:Dispatch:Name", "same"));
        using var toOne = await WireWorker.JoinAsync(one, 1);
        using var toOther = await WireWorker.JoinAsync(other, 1);

        var postings = new[] { one.ConvertAsync(), other.ConvertAsync() };
        for (var i = 0; i < 2; i++)
        {
            var ticket = await queue.TakeAsync();
            var (own, foreign) = new Uri(ticket.Source) == one.Internal ? (toOne, toOther) : (toOther, toOne);
            using var gone = await foreign.FetchAsync(ticket);
            await own.ClaimAsync(ticket);
            (await own.DeliverAsync(ticket)).Dispose();
            Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        }

        Assert.All(await Task.WhenAll(postings), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Operator_ListsAndReleases()
    {
        await using var edge = await DispatchServer.StartAsync();
        using var anybody = WireWorker.Make(edge, 1);
        var hash = System.Convert.ToHexStringLower(SHA256.HashData([1]));
        var fingerprint = Fingerprint.OfImage(hash, DispatchServer.Build);
        edge.Ledger.Quarantine(fingerprint);
        var address = "/internal/v1/poison/" + Uri.EscapeDataString(fingerprint.Text);

        var list = JsonDocument.Parse(await anybody.Client.GetStringAsync("/internal/v1/poison?limit=5", Cancelled));
        using var anonymous = await anybody.Client.DeleteAsync(address, Cancelled);
        anybody.Client.DefaultRequestHeaders.Add("Millrace-Operator", "ada");
        using var nonsense = await anybody.Client.DeleteAsync("/internal/v1/poison/nonsense", Cancelled);
        using var released = await anybody.Client.DeleteAsync(address, Cancelled);
        using var again = await anybody.Client.DeleteAsync(address, Cancelled);

        var entry = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal(fingerprint.Text, entry.GetProperty("fingerprint").GetString());
        Assert.True(entry.GetProperty("quarantined").GetBoolean());
        Assert.Equal("signal", entry.GetProperty("cause").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal("ada", edge.Ledger.ReleasedBy);
    }

    [Fact]
    public async Task Status_Always_TellsWhatTheEdgeSees()
    {
        await using var edge = await DispatchServer.StartAsync(settings: ("Edge:Dispatch:Name", "edge one"));
        using var worker = await WireWorker.JoinAsync(edge, 1, "w1");

        var text = await worker.Client.GetStringAsync("/internal/v1/status", Cancelled);
        var status = JsonDocument.Parse(text).RootElement;

        Assert.Equal("edge one", status.GetProperty("edge").GetString());
        var listed = Assert.Single(status.GetProperty("workers").EnumerateArray());
        Assert.Equal("w1", listed.GetProperty("name").GetString());
        Assert.Equal(DispatchServer.Build, listed.GetProperty("build").GetString());
        Assert.True(Assert.Single(status.GetProperty("cells").EnumerateArray()).GetProperty("healthy").GetBoolean());
        Assert.Equal(0, status.GetProperty("open").GetInt32());
    }

    [Theory]
    [InlineData("Edge:Internal:SecretFile", "/nonexistent/secret")]
    [InlineData("Edge:Internal:SecretFile", "/dev/null")]
    [InlineData("Edge:Internal:Urls", "https://127.0.0.1:0")]
    [InlineData("Edge:Internal:Urls", "http://0.0.0.0:0")]
    [InlineData("Edge:Internal:Urls", "nonsense")]
    [InlineData("Edge:Internal:ClientAuthority", "/nonexistent/authority")]
    [InlineData("Edge:Dispatch:QueueTimeout", "00:00:00")]
    public async Task Options_WhenTheyCannotBe_KeepTheHostFromStarting(string key, string value) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => DispatchServer.StartAsync(settings: (key, value)));

    // One text frame of a client: its mask of zeros changes nothing.
    private static byte[] Masked(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [0x81, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes];
    }
}
