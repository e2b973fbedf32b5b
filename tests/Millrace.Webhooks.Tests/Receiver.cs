using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.Contracts;

namespace Millrace.Webhooks.Tests;

/// <summary>A tenant's own server on a free loopback port, which keeps what it hears.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Heard> _heard = Channel.CreateUnbounded<Heard>();

    private Receiver(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>All that came.</summary>
    public ConcurrentQueue<Heard> All { get; } = [];

    /// <summary>Answers each message with the next status, the last one again and again.</summary>
    public static Task<Receiver> StartAsync(params int[] statuses)
    {
        var next = -1;
        return StartAsync(context =>
        {
            context.Response.StatusCode = statuses[Math.Min(Interlocked.Increment(ref next), statuses.Length - 1)];
            return Task.CompletedTask;
        });
    }

    public static async Task<Receiver> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async context =>
        {
            await receiver.HearAsync(context);
            await answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        receiver.Url = app.Urls.Single() + "/hook";
        return receiver;
    }

    /// <summary>The next message, waited for.</summary>
    public Task<Heard> NextAsync() => _heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HearAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var heard = new Heard(
            context.Request.Method, context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(each => each.Key.ToLowerInvariant(), each => each.Value.ToString()),
            body.ToArray());
        All.Enqueue(heard);
        _heard.Writer.TryWrite(heard);
    }
}

/// <summary>A message as it was heard.</summary>
internal sealed record Heard(string Method, string Path, Dictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];
}
