using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Tests.Usage;

/// <summary>Somebody who takes events, or does not as the test wants.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<int, string, HttpContext, Task> _answer;
    private int _posts;

    private EventReceiver(Func<int, string, HttpContext, Task> answer)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public string Address => _app.Urls.First() + "/events";

    /// <summary>Posts that came, with what their headers say.</summary>
    public ConcurrentQueue<(string Type, string? Authorization, string? Version, JsonElement Body)> Posts { get; } = [];

    /// <summary>Opens it.</summary>
    /// <param name="answer">Answers a post by its number, from 1, and its body.</param>
    public static async Task<EventReceiver> OpenAsync(Func<int, string, HttpContext, Task> answer)
    {
        var receiver = new EventReceiver(answer);
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers;
        Posts.Enqueue((context.Request.ContentType!, headers.Authorization, headers["Stripe-Version"],
            JsonDocument.Parse(body).RootElement));
        await _answer(Interlocked.Increment(ref _posts), body, context);
    }
}
