using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Bench.SideBySide;
using Millrace.Core.Conversions;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Usage;
using Millrace.Edge;
using Millrace.Edge.Identity;
using Millrace.Identity.Following;

namespace Millrace.Bench.Identity;

/// <summary>An edge in this process whose converter answers at once.</summary>
internal sealed class BenchEdge : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] Result = new byte[1024];

    /// <summary>A picture of which only the header is true.</summary>
    public static readonly Photo Picture = new("made.png", Png());

    private readonly WebApplication _app;
    private readonly Uri _address;

    private BenchEdge(string name, WebApplication app)
    {
        (Name, _app) = (name, app);
        _address = new Uri(new Uri(app.Urls.Single()), "/v1/images:convert?width=300&format=jpeg");
    }

    public string Name { get; }

    /// <summary>Where images are posted.</summary>
    public Uri Address => _address;

    public List<double> PerSecond { get; } = [];

    public List<double> Milliseconds { get; } = [];

    /// <summary>Starts one.</summary>
    /// <param name="name">For the table.</param>
    /// <param name="feed">Who tells of keys; null: everybody is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="convert">Converts; null: answers at once.</param>
    /// <param name="usage">Records; null: nobody does.</param>
    /// <param name="refusals">Gets what the edge took for each 429, in ms, from its head to its end; or null.</param>
    /// <param name="settings">Of the edge.</param>
    public static async Task<BenchEdge> StartAsync(
        string name, IIdentityFeed? feed, CancellationToken cancellationToken, ConvertOrder? convert = null,
        IUsageRecorder? usage = null, ConcurrentQueue<double>? refusals = null,
        params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Services.AddSingleton(convert ?? ((_, _) => Task.FromResult(Answer())));
        builder.Services.AddSingleton(usage ?? new NoUsage());
        builder.Services.AddEdge();
        if (feed is null) builder.Services.AddEdgeOpen();
        else builder.Services.AddSingleton(feed).AddEdgeIdentity(seed: 1);
        var app = builder.Build();
        if (refusals is not null) app.Use(next => context => WatchAsync(context, next, refusals));
        app.MapEdge();
        await app.StartAsync(cancellationToken);
        while (app.Services.GetService<KnownTenants>() is { Table: null })
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        return new BenchEdge(name, app);
    }

    public async Task RunAsync(
        LoadGenerator load, IReadOnlyList<Photo> photos, int requests, int concurrency, bool isCounted,
        CancellationToken cancellationToken)
    {
        var run = await load.RunAsync(
            index => (_address, photos[index % photos.Count]), requests, concurrency, cancellationToken);
        if (!isCounted) return;
        PerSecond.Add(run.PerSecond);
        Milliseconds.Add(Figures.Median(run.Milliseconds));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>A result of one kilobyte.</summary>
    public static ConversionOutcome Answer() => ConversionOutcome.Of(
        new ConvertedImage(Result, ImageFormat.Jpeg, 40, 30, 1, new ImageHeader(ImageFormat.Png, 40, 30), null),
        new ConversionTiming(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 1));

    private static async Task WatchAsync(HttpContext context, RequestDelegate next, ConcurrentQueue<double> refusals)
    {
        var began = TimeProvider.System.GetTimestamp();
        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status429TooManyRequests)
            refusals.Enqueue(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    // Only its header is looked at.
    private static byte[] Png()
    {
        var picture = new byte[1024];
        ReadOnlySpan<byte> start =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
        start.CopyTo(picture);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(16), 40);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(20), 30);
        ReadOnlySpan<byte> kind = [8, 2, 0, 0, 0];
        kind.CopyTo(picture.AsSpan(24));
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(33), picture.Length - 33 - 12);
        "IDAT"u8.CopyTo(picture.AsSpan(37));
        return picture;
    }
}
