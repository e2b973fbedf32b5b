using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Kernels;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>A worker as an edge sees it: a session and calls over HTTP.</summary>
internal sealed class WireWorker : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly HttpClient _client;

    private WireWorker(Uri edge, WorkerIdentity identity, string secret)
    {
        Identity = identity;
        _client = new HttpClient { BaseAddress = edge, Timeout = EdgeServer.Patience };
        _client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        _client.DefaultRequestHeaders.Add(HandoverWire.Worker, identity.Instance.ToString("N"));
        _socket.Options.SetRequestHeader("Authorization", "Bearer " + secret);
    }

    public WorkerIdentity Identity { get; }

    public HttpClient Client => _client;

    public WebSocket Socket => _socket;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A worker without a session yet.</summary>
    public static WireWorker Make(
        DispatchServer edge, int number, string name = "w", string secret = DispatchServer.Secret,
        string build = DispatchServer.Build) =>
        new(edge.Internal, new WorkerIdentity(name, new Guid(number, 0, 0, new byte[8]), build, 2), secret);

    /// <summary>A worker that has been welcomed.</summary>
    public static async Task<WireWorker> JoinAsync(
        DispatchServer edge, int number, string name = "w", string build = DispatchServer.Build)
    {
        var worker = Make(edge, number, name, build: build);
        await worker.ConnectAsync();
        await worker.SayAsync(SessionText.Hello(worker.Identity));
        Assert.NotNull(SessionText.ReadWelcome(await worker.HearAsync()));
        return worker;
    }

    public Task ConnectAsync() => _socket.ConnectAsync(
        new UriBuilder(_client.BaseAddress!) { Scheme = "ws", Path = HandoverWire.SessionPath }.Uri, Cancelled);

    public Task SayAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Cancelled);

    /// <summary>The next message; empty at the end.</summary>
    public async Task<string> HearAsync()
    {
        var buffer = new byte[SessionText.LengthMax];
        var part = await _socket.ReceiveAsync(buffer, Cancelled).WaitAsync(EdgeServer.Patience, Cancelled);
        return Encoding.UTF8.GetString(buffer, 0, part.Count);
    }

    public Task<HttpResponseMessage> FetchAsync(Ticket ticket)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, HandoverWire.SourcePath + ticket.Id.ToString("N"));
        var attempt = ticket.Attempt.ToString(CultureInfo.InvariantCulture) + (ticket.Hedge ? "h" : "");
        request.Headers.Add(HandoverWire.Attempt, attempt);
        return _client.SendAsync(request, Cancelled);
    }

    public Task<HttpResponseMessage> GiveUpAsync(Ticket ticket) =>
        _client.DeleteAsync(HandoverWire.SourcePath + ticket.Id.ToString("N"), Cancelled);

    public Task StartedAsync(Ticket ticket) => SayAsync(SessionText.Started(ticket.Id));

    public Task<HttpResponseMessage> DeliverAsync(Ticket ticket, byte[]? image = null) =>
        PostAsync(ticket, Reply(image ?? "an image"u8.ToArray()));

    public Task<HttpResponseMessage> FailAsync(Ticket ticket, ConversionFailure failure, int attempts = 1) =>
        PostAsync(ticket, Reply(failure), attempts);

    public Task<HttpResponseMessage> PostAsync(Ticket ticket, byte[] body, int attempts = 1)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, HandoverWire.ResultPath + ticket.Id.ToString("N"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.Add(HandoverWire.Converted, $"20000,{attempts}");
        return _client.SendAsync(request, Cancelled);
    }

    /// <summary>Fetches a ticket's bytes, which must be granted.</summary>
    public async Task<byte[]> ClaimAsync(Ticket ticket)
    {
        using var response = await FetchAsync(ticket);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(Cancelled);
    }

    /// <summary>Dies: its session ends without a word.</summary>
    public void Die() => _socket.Abort();

    public static byte[] Reply(byte[] image)
    {
        var header = new KernelReplyHeader(
            1, 0, 0, image.Length, ImageFormat.Webp, 20, 15, 1, new ImageHeader(ImageFormat.Png, 40, 30));
        return Join(header, image);
    }

    public static byte[] Reply(ConversionFailure failure)
    {
        var text = "The reason."u8.ToArray();
        return Join(new KernelReplyHeader(1, (int)failure, text.Length, 0, ImageFormat.Webp, 0, 0, 0, null), text);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _client.Dispose();
    }

    private static byte[] Join(KernelReplyHeader header, byte[] body)
    {
        var bytes = new byte[KernelFrames.ReplyHeaderBytes + body.Length];
        header.Write(bytes);
        body.CopyTo(bytes, KernelFrames.ReplyHeaderBytes);
        return bytes;
    }
}
