using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Identity;
using Millrace.Edge.Internal;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>An edge with dispatcher and internal listener on real Kestrels, before a queue in memory.</summary>
internal sealed class DispatchServer : IAsyncDisposable
{
    public const string Secret = "a secret of the whole cluster";
    public const string Build = "kernel 1";

    private readonly string _secretFile;

    private DispatchServer(WebApplication app, MemoryQueue queue, MemoryLedger ledger, LogLines log, string secretFile)
    {
        (App, Queue, Ledger, Log, _secretFile) = (app, queue, ledger, log, secretFile);
        Measured = new Measurements(app.Services);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = EdgeServer.Patience };
        // Told by the log, as an operator would read it.
        var told = log.All.Select(line => line.Text)
            .FirstOrDefault(text => text.StartsWith("3045", StringComparison.Ordinal));
        Internal = told is null
            ? Client.BaseAddress
            : new Uri(told[told.LastIndexOf("http", StringComparison.Ordinal)..].Trim().TrimEnd('.'));
    }

    public WebApplication App { get; }

    public MemoryQueue Queue { get; }

    public MemoryLedger Ledger { get; }

    public LogLines Log { get; }

    public Measurements Measured { get; }

    public HttpClient Client { get; }

    public Uri Internal { get; }

    /// <summary>The line of a worker in this process.</summary>
    public IEdgeLink Link => App.Services.GetRequiredService<IEdgeLink>();

    public static async Task<DispatchServer> StartAsync(
        MemoryQueue? queue = null, bool isEmbedded = false, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var (log, ledger) = (new LogLines(), new MemoryLedger());
        queue ??= new MemoryQueue();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var secretFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(secretFile, Secret + "\n", TestContext.Current.CancellationToken);
        builder.Configuration.AddInMemoryCollection(Settings(isEmbedded, secretFile, settings));
        builder.Services.AddSingleton<IJobQueue>(queue).AddSingleton<IPoisonLedger>(ledger);
        builder.Services.AddSingleton<IUsageRecorder>(new UsageList());
        builder.Services.AddEdge().AddEdgeOpen().AddEdgeDispatch().AddEdgeInternal();
        var here = new WorkerIdentity("here", new Guid(7, 0, 0, new byte[8]), Build, 1);
        if (isEmbedded) builder.Services.AddInProcessLink(_ => here);
        var app = builder.Build();
        app.MapEdge();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new DispatchServer(app, queue, ledger, log, secretFile);
    }

    /// <summary>Posts an image.</summary>
    public Task<HttpResponseMessage> ConvertAsync(
        byte[]? picture = null, params (string Name, string Value)[] headers) =>
        ConvertAsync(picture, TestContext.Current.CancellationToken, headers);

    /// <summary>Posts an image.</summary>
    public Task<HttpResponseMessage> ConvertAsync(
        byte[]? picture, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, EdgeServer.ConvertPath + "?width=20&format=webp")
        {
            Content = Pictures.Body(picture),
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
        File.Delete(_secretFile);
    }

    private static Dictionary<string, string?> Settings(
        bool isEmbedded, string secretFile, (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?> { ["Edge:Serving:DrainDelay"] = "00:00:00" };
        if (!isEmbedded) all["Edge:Internal:Urls"] = "http://127.0.0.1:0";
        all["Edge:Internal:SecretFile"] = secretFile;
        foreach (var (key, value) in settings) all[key] = value;
        return all;
    }
}
