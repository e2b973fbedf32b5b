using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Millrace.Storage.Tests.S3;

/// <summary>
/// Stands between a client and a store, and does to the requests what a test wants: passes them on, changes them, or
/// answers by itself.
/// </summary>
internal sealed class S3Door : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _target;
    private readonly Func<HttpContext, S3Door, Task> _rule;

    private S3Door(Uri target, int port, Func<HttpContext, S3Door, Task> rule)
    {
        (_target, _rule) = (target, rule);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.Run(context => _rule(context, this));
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>Opens it.</summary>
    /// <param name="target">What is behind it.</param>
    /// <param name="rule">What becomes of each request.</param>
    /// <param name="port">0 for a free one.</param>
    public static async Task<S3Door> OpenAsync(Uri target, Func<HttpContext, S3Door, Task> rule, int port = 0)
    {
        var door = new S3Door(target, port, rule);
        await door._app.StartAsync();
        return door;
    }

    /// <summary>Passes a request on, and its answer back.</summary>
    public async Task PassAsync(HttpContext context)
    {
        using var answer = await ForwardAsync(context);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                context.Response.Headers[name] = values.ToArray();
        }
        if (!HttpMethods.IsHead(context.Request.Method) && answer.StatusCode != HttpStatusCode.NoContent)
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Passes a request on, and keeps its answer.</summary>
    public async Task<HttpResponseMessage> ForwardAsync(HttpContext context)
    {
        var source = context.Request;
        using var request = new HttpRequestMessage(
            new HttpMethod(source.Method), _target.GetLeftPart(UriPartial.Authority) + RawTarget(context));
        if (source.ContentLength is not null) request.Content = new StreamContent(source.Body);
        foreach (var (name, values) in source.Headers)
        {
            if (name is "Connection" or "Expect") continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    // As it came: the signature covers its escapes.
    private static string RawTarget(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
}
