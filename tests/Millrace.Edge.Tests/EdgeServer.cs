using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Usage;
using Millrace.Edge.Identity;
using Millrace.Edge.Telemetry;
using Millrace.Testing;

namespace Millrace.Edge.Tests;

/// <summary>An edge on a real Kestrel on a free loopback port, in front of whatever converts in the test.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    /// <summary>Longest wait for anything that a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public const string ConvertPath = "/v1/images:convert";

    private EdgeServer(WebApplication app, LogLines log)
    {
        App = app;
        Log = log;
        Measured = new Measurements(app.Services);
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address, Timeout = Patience };
    }

    public WebApplication App { get; }

    public LogLines Log { get; }

    /// <summary>What was recorded of it.</summary>
    public UsageList Usage => App.Services.GetRequiredService<UsageList>();

    public Measurements Measured { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static Task<EdgeServer> StartAsync(
        ConvertImage? convert = null, TimeProvider? time = null, ImageLimits? limits = null,
        params (string Key, string Value)[] settings) => StartAsync(_ => { }, convert, time, limits, settings);

    /// <summary>As the other, with services in place of the edge's own.</summary>
    public static async Task<EdgeServer> StartAsync(
        Action<IServiceCollection> services, ConvertImage? convert = null, TimeProvider? time = null,
        ImageLimits? limits = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            settings.Prepend(("Edge:Serving:DrainDelay", "00:00:00"))
                .GroupBy(s => s.Item1).ToDictionary(s => s.Key, s => (string?)s.Last().Item2));
        var converter = convert ?? Converters.Echo;
        builder.Services.AddSingleton<ConvertOrder>((order, cancelled) => converter(order.Request, cancelled));
        if (time is not null) builder.Services.AddSingleton(time);
        if (limits is not null) builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton<UsageList>();
        builder.Services.AddSingleton<IUsageRecorder>(provider => provider.GetRequiredService<UsageList>());
        builder.Services.AddEdge().AddEdgeOpen().AddMillraceTelemetry(builder.Configuration);
        services(builder.Services);
        var app = builder.Build();
        app.MapEdge().MapMillraceTelemetry();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeServer(app, log);
    }

    /// <summary>Posts a body that is the image.</summary>
    public Task<HttpResponseMessage> ConvertAsync(
        string query = "", HttpContent? content = null, params (string Name, string Value)[] headers) =>
        ConvertAsync(query, content, TestContext.Current.CancellationToken, headers);

    /// <summary>Posts a body that is the image.</summary>
    public Task<HttpResponseMessage> ConvertAsync(
        string query, HttpContent? content, CancellationToken cancellationToken,
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, ConvertPath + query)
        {
            Content = content ?? Pictures.Body(),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(TestContext.Current.CancellationToken);
        await App.DisposeAsync();
        Measured.Dispose();
    }
}
