using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Millrace.Core.Handover;

namespace Millrace.Worker.Tests.Edges;

/// <summary>A real server that speaks the handover's HTTP and answers as a test says.</summary>
internal sealed class WireEdge : IAsyncDisposable
{
    public const string Secret = "0123456789abcdef";

    private readonly WebApplication _app;
    private WebSocket? _session;

    private WireEdge(TestAuthority? authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (authority is null) return;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = authority.Edge;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => authority.Certifies(certificate);
            });
        }));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Use(CheckAsync);
        _app.Map(HandoverWire.SessionPath, SessionAsync);
        _app.MapGet(HandoverWire.SourcePath + "{id}", context => OnFetch(context));
        _app.MapDelete(HandoverWire.SourcePath + "{id}", GaveUpAsync);
        _app.MapPost(HandoverWire.ResultPath + "{id}", ResultAsync);
    }

    public string Address => _app.Urls.First();

    /// <summary>Answers a fetch; grants three bytes and no watermark unless told otherwise.</summary>
    public Func<HttpContext, Task> OnFetch { get; set; } = context => GrantAsync(context, [1, 2, 3], []);

    public int ResultStatus { get; set; } = StatusCodes.Status204NoContent;

    /// <summary>Answers a give-up; null: never.</summary>
    public int? GiveUpStatus { get; set; } = StatusCodes.Status204NoContent;

    public ConcurrentQueue<WorkerIdentity> Hellos { get; } = [];

    public ConcurrentQueue<(string Path, string? Header, byte[] Body)> Results { get; } = [];

    /// <summary>Messages after the hello.</summary>
    public System.Threading.Channels.Channel<string> Messages { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<string>();

    /// <summary>One for each session that ended.</summary>
    public System.Threading.Channels.Channel<bool> Losses { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<bool>();

    /// <summary>One for each claim given up.</summary>
    public System.Threading.Channels.Channel<string> GivenUp { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<string>();

    public static async Task<WireEdge> StartAsync(TestAuthority? authority = null)
    {
        var edge = new WireEdge(authority);
        await edge._app.StartAsync(TestContext.Current.CancellationToken);
        return edge;
    }

    public static async Task GrantAsync(HttpContext context, byte[] source, byte[] watermark)
    {
        context.Response.Headers[HandoverWire.SourceBytes] = $"{source.Length}";
        context.Response.Headers[HandoverWire.RemainingMs] = "1500";
        context.Response.ContentLength = source.Length + watermark.Length;
        await context.Response.Body.WriteAsync(source);
        await context.Response.Body.WriteAsync(watermark);
    }

    public Task TellAsync(string message) => _session!.SendAsync(
        Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Drops the session without a word.</summary>
    public void Drop() => _session!.Abort();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Authorization == "Bearer " + Secret) return next(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private async Task SessionAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        Hellos.Enqueue(SessionText.ReadHello((await ReceiveAsync(socket))!)!);
        _session = socket;
        await TellAsync(SessionText.Welcome(DateTimeOffset.UnixEpoch.AddYears(50)));
        while (await ReceiveAsync(socket) is { } text) Messages.Writer.TryWrite(text);
        Losses.Writer.TryWrite(true);
    }

    private static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        try
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            var isClose = part.MessageType == WebSocketMessageType.Close;
            return isClose ? null : Encoding.UTF8.GetString(buffer, 0, part.Count);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private Task GaveUpAsync(HttpContext context)
    {
        GivenUp.Writer.TryWrite(context.Request.Path);
        if (GiveUpStatus is not { } status)
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private async Task ResultAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Results.Enqueue((context.Request.Path, context.Request.Headers[HandoverWire.Converted], body.ToArray()));
        context.Response.StatusCode = ResultStatus;
    }
}
