using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Conversions;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Identity;
using Millrace.Edge.Internal;
using Millrace.Edge.Jobs;
using Millrace.Edge.Tests.Dispatch;
using Millrace.Edge.Usage;
using Millrace.Edge.Webhooks;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Jobs;

/// <summary>An edge with durable jobs, an object store and a queue in memory; the test is the worker.</summary>
internal sealed class JobServer : IAsyncDisposable
{
    public const string Path = "/v1/jobs";

    private JobServer(WebApplication app, LogLines log, JobServerParts parts)
    {
        (App, Log, Parts) = (app, log, parts);
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
            Timeout = EdgeServer.Patience,
        };
    }

    public WebApplication App { get; }

    public LogLines Log { get; }

    public JobServerParts Parts { get; }

    public HttpClient Client { get; }

    public MemoryObjectStore Store => Parts.Store;

    public MemoryQueue Queue => Parts.Queue;

    public JobObjects Objects => new(Store);

    private static (string Key, string Value)[] Endpoint =>
    [
        ("Edge:Serving:DrainDelay", "00:00:00"),
        ("Webhooks:Endpoints:0:Tenant", "open"),
        ("Webhooks:Endpoints:0:Name", "here"),
        ("Webhooks:Endpoints:0:Url", "https://example.org/end"),
        ("Webhooks:Endpoints:0:Secrets:0", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<JobServer> StartAsync(
        JobServerParts? parts = null, params (string Key, string Value)[] settings)
    {
        parts ??= new JobServerParts();
        var builder = WebApplication.CreateSlimBuilder();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(Endpoint.Concat(settings)
            .GroupBy(s => s.Key).ToDictionary(s => s.Key, s => (string?)s.Last().Value));
        builder.Services.AddSingleton<TimeProvider>(parts.Time).AddSingleton<IObjectStore>(parts.Store);
        builder.Services.AddSingleton<IJobQueue>(parts.Queue).AddSingleton<IPoisonLedger>(parts.Ledger);
        builder.Services.AddSingleton<IUsageRecorder>(new UsageList());
        builder.Services.AddSingleton<IUsageLedger>(parts.Usage).AddSingleton<IUsageRows>(parts.Usage);
        builder.Services.AddEdge().AddEdgeDispatch().AddEdgeInternal().AddEdgeJobs().AddEdgeWebhooks().AddEdgeUsage();
        if (parts.Feed is null) builder.Services.AddEdgeOpen();
        else AddKeys(builder.Services, parts.Feed);
        parts.Services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapEdge();
        await app.StartAsync(Cancel);
        return new JobServer(app, log, parts);
    }

    /// <summary>Sends a request about jobs.</summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, address) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, Cancel);
    }

    public Task<HttpResponseMessage> GetAsync(string address, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, address, null, headers);

    /// <summary>Submits an image as the body.</summary>
    public Task<HttpResponseMessage> SubmitAsync(
        string query = "?width=20&format=webp", HttpContent? content = null,
        params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, Path + query, content ?? Pictures.Body(), headers);

    /// <summary>Submits JSON.</summary>
    public Task<HttpResponseMessage> SubmitJsonAsync(object json, params (string Name, string Value)[] headers)
    {
        var content = json is string text
            ? new StringContent(text, new MediaTypeHeaderValue("application/json"))
            : (HttpContent)JsonContent.Create(json);
        return SendAsync(HttpMethod.Post, Path, content, headers);
    }

    /// <summary>Ends a job as a worker would: a result for each transform, or a failure.</summary>
    public async Task<JobOutcome> EndAsync(Ticket ticket, Func<JobTransform, JobFailure?>? fails = null)
    {
        var record = (await Objects.RecordAsync(ticket.Tenant, ticket.Id, Cancel))!;
        var attempt = Guid.CreateVersion7(Parts.Time.GetUtcNow());
        var outcome = JobOutcome.Failed(
            record, new JobFailure(ConversionFailure.Damaged, ""), attempt, 1, Parts.Time.GetUtcNow()) with
        {
            Transforms = [.. record.Transforms.Select((transform, number) => fails?.Invoke(transform) is { } failure
                ? new TransformOutcome(transform.Name, null, failure)
                : new TransformOutcome(transform.Name, Result(record, attempt, number, transform), null))],
        };
        return await Objects.FinishAsync(outcome, Cancel);
    }

    public Task<JobClaim> ClaimAsync(Ticket ticket) => Objects.ClaimAsync(
        ticket.Tenant, new JobClaim(ticket.Id, JobClaimant.Worker, "w", Parts.Time.GetUtcNow(), 1), Cancel);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
    }

    // Whoever tests keys waits for no worker.
    private static void AddKeys(IServiceCollection services, MemoryFeed feed)
    {
        services.AddSingleton<IIdentityFeed>(feed).AddEdgeIdentity(seed: 1);
        services.AddSingleton<ConvertOrder>((order, cancelled) => Converters.Echo(order.Request, cancelled));
    }

    private JobResult Result(JobRecord record, Guid attempt, int number, JobTransform transform)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes("the result of " + transform.Transform);
        var key = JobKeys.Result(record.Tenant, record.Id, attempt, number);
        Store.Set(key, bytes);
        var hash = System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        return new JobResult(key, bytes.Length, hash, ImageFormat.Webp, 20, 15, 1);
    }
}

/// <summary>What outlives an edge.</summary>
internal sealed class JobServerParts
{
    public JobServerParts() => Store = new MemoryObjectStore(Time);

    public ShiftedTime Time { get; } = new();

    public MemoryObjectStore Store { get; }

    public MemoryQueue Queue { get; } = new();

    public MemoryLedger Ledger { get; } = new();

    public MemoryUsage Usage { get; } = new();

    /// <summary>Services in place of the edge's own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Who tells of keys; null: everybody is served.</summary>
    public MemoryFeed? Feed { get; init; }
}

/// <summary>Looks into answers about jobs.</summary>
internal static class JobAnswers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonDocument.Parse(await response.TextAsync()).RootElement;

    public static async Task<string> StateAsync(this HttpResponseMessage response) =>
        (await response.JsonAsync()).GetProperty("state").GetString()!;
}
