using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity.Feed;
using Millrace.Testing;

namespace Millrace.Identity.Tests.Feed;

/// <summary>The feed's addresses over a real Kestrel, in front of a management in memory.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    public const string Secret = "a-secret-of-the-whole-cluster";

    private readonly WebApplication _app;

    private FeedServer(WebApplication app, MemoryFeed feed) => (_app, Feed) = (app, feed);

    public MemoryFeed Feed { get; }

    public string Address => _app.Urls.Single();

    /// <summary>After how many bytes a snapshot is cut off; null: never.</summary>
    public int? CutsAfter { get; set; }

    /// <summary>Whether it takes calls and never answers.</summary>
    public bool IsSilent { get; set; }

    public int Calls { get; private set; }

    public static async Task<FeedServer> StartAsync(MemoryFeed? feed = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FeedServer(app, feed ?? new MemoryFeed());
        app.Run(server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>A client of some addresses, in this order.</summary>
    public static HttpIdentityFeed Client(TemporaryFolder folder, params string[] addresses)
    {
        var file = Path.Combine(folder.Path, "secret");
        File.WriteAllText(file, Secret + "\n");
        return new HttpIdentityFeed(Options.Create(new HttpFeedOptions
        {
            Addresses = addresses,
            SecretFile = file,
            SilenceTimeout = TimeSpan.FromMilliseconds(500),
        }), TimeProvider.System);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Calls++;
        if (IsSilent) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        var query = context.Request.Query;
        var reader = IdentityWire.ReadReader(query[IdentityWire.Reader], query[IdentityWire.Role]);
        if (context.Request.Headers.Authorization != "Bearer " + Secret) context.Response.StatusCode = 401;
        else if (reader is null) context.Response.StatusCode = 400;
        else await AnswerAsync(context, reader, context.Request.Path.Value!, context.RequestAborted);
    }

    private async Task AnswerAsync(
        HttpContext context, IdentityReader reader, string path, CancellationToken cancellationToken)
    {
        if (path == IdentityWire.SnapshotPath)
        {
            await SnapshotAsync(context, reader, cancellationToken);
            return;
        }
        if (await TextAsync(context.Request.Query, reader, path, cancellationToken) is { } text)
            await context.Response.Body.WriteAsync(text, cancellationToken);
        else context.Response.StatusCode = 404;
    }

    private async Task<byte[]?> TextAsync(
        IQueryCollection query, IdentityReader reader, string path, CancellationToken cancellationToken)
    {
        if (path == IdentityWire.DigestPath)
            return IdentityText.Write(await Feed.DigestAsync(reader, cancellationToken));
        if (path == IdentityWire.ChangesPath)
        {
            var page = await Feed.ChangesAsync(
                reader, IdentityWire.ReadAfter(query[IdentityWire.After])!.Value,
                IdentityWire.ReadWait(query[IdentityWire.WaitMs])!.Value, cancellationToken);
            return IdentityText.Write(IdentityPages.Cut(page).First());
        }
        var isKey = path.StartsWith(IdentityWire.KeysPath, StringComparison.Ordinal);
        return isKey && KeyHash.TryParse(path[IdentityWire.KeysPath.Length..], out var hash)
            ? IdentityText.Write(await Feed.FindKeyAsync(reader, hash, cancellationToken))
            : null;
    }

    private async Task SnapshotAsync(HttpContext context, IdentityReader reader, CancellationToken cancellationToken)
    {
        var sent = 0;
        await foreach (var page in Feed.SnapshotAsync(reader, cancellationToken))
        {
            byte[] line = [.. IdentityText.Write(page), (byte)'\n'];
            if (CutsAfter - sent is { } left && left < line.Length)
            {
                await context.Response.Body.WriteAsync(line.AsMemory(0, left), cancellationToken);
                await context.Response.Body.FlushAsync(cancellationToken);
                context.Abort();
                return;
            }
            await context.Response.Body.WriteAsync(line, cancellationToken);
            sent += line.Length;
        }
    }
}
