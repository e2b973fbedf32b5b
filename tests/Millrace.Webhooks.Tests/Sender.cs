using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Webhooks;
using Millrace.Outbound;
using Millrace.Queue.Sqlite;
using Millrace.Storage.Files;
using Millrace.Webhooks.Sending;

namespace Millrace.Webhooks.Tests;

/// <summary>
/// A sender with a real store and a real queue in a folder of its own, and a clock that the test moves. Made again on
/// the same folder, it is the sender after a crash.
/// </summary>
internal sealed class Sender : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    public const string Tenant = "acme";

    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(200);

    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private Sender(ServiceProvider services, FakeTimeProvider time)
    {
        _services = services;
        Time = time;
    }

    public FakeTimeProvider Time { get; }

    public IJobQueue Queue => Get<IJobQueue>();

    public IObjectStore Store => Get<IObjectStore>();

    public WebhookObjects Objects => Get<WebhookObjects>();

    public ConcurrentQueue<string> Log { get; } = [];

    public static Sender Make(
        DirectoryInfo folder, IEnumerable<WebhookEndpointSettings> endpoints, FakeTimeProvider? time = null,
        ResolveHost? resolve = null, Action<IServiceCollection>? change = null,
        params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            Settings(folder, [.. endpoints]).Concat(settings).GroupBy(pair => pair.Item1)
                .ToDictionary(pair => pair.Key, pair => (string?)pair.Last().Item2)).Build();
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 3, 0, 0, TimeSpan.Zero));
        Sender? sender = null;
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(time)
            .AddLogging(logging => logging.AddProvider(new Lines(line => sender!.Log.Enqueue(line))));
        if (resolve is not null) services.AddSingleton(resolve);
        services.AddFileObjectStore().AddSqliteQueue().AddWebhookSender(seed: 1);
        change?.Invoke(services);
        sender = new Sender(services.BuildServiceProvider(), time);
        return sender;
    }

    public static WebhookEndpointSettings Endpoint(string url, string tenant = Tenant, string name = "main") =>
        new() { Tenant = tenant, Name = name, Url = url, Secrets = [Secret] };

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Opens queue and store alone: the test itself leases and looks.</summary>
    public async Task OpenAsync()
    {
        await Get<SqliteJobQueue>().StartAsync(CancellationToken.None);
    }

    /// <summary>Starts all that a host would start.</summary>
    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
            _started.Insert(0, service);
        }
    }

    /// <summary>A job that has ended, stored as workers store it.</summary>
    public async Task<JobRecord> EndJobAsync(
        string webhook = "main", string tenant = Tenant, bool failed = false, bool cancelled = false)
    {
        var id = Guid.CreateVersion7(Time.GetUtcNow());
        var record = new JobRecord
        {
            Id = id,
            Tenant = tenant,
            AcceptedAt = Time.GetUtcNow(),
            ExpiresAt = Time.GetUtcNow().AddDays(1),
            Source = new(JobKeys.Source(tenant, id), new string('a', 64), 1, new(ImageFormat.Png, 1, 1, 1, false, 1)),
            Transforms = [new("result", "width=300"), new("card", "width=30")],
            Webhook = webhook,
        };
        var objects = Get<JobObjects>();
        await objects.CreateAsync(record, CancellationToken.None);
        await objects.FinishAsync(Outcome(record, failed, cancelled), CancellationToken.None);
        return record;
    }

    public Ticket TicketOf(JobRecord record) => JobTickets.Webhook(record, cell: 0, Time.GetUtcNow());

    /// <summary>A job that has ended, with its ticket in the queue.</summary>
    public async Task<JobRecord> TellAsync(string webhook = "main", string tenant = Tenant)
    {
        var record = await EndJobAsync(webhook, tenant);
        Assert.Equal(
            EnqueueOutcome.Stored, await Queue.EnqueueAsync(TicketOf(record), TestContext.Current.CancellationToken));
        return record;
    }

    public Task<WebhookDelivery?> DeliveryAsync(JobRecord record) =>
        Objects.DeliveryAsync(record.Tenant, record.Id, CancellationToken.None);

    /// <summary>Waits until a delivery is as it should be.</summary>
    /// <param name="record">Of the job.</param>
    /// <param name="holds">Whether it is.</param>
    /// <param name="moves">Whether what waits for the clock gets its time meanwhile.</param>
    public async Task<WebhookDelivery> UntilAsync(
        JobRecord record, Func<WebhookDelivery, bool> holds, bool moves = false)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Deadline.Limit)
        {
            var delivery = await DeliveryAsync(record);
            if (delivery is not null && holds(delivery)) return delivery;
            if (moves) Time.Advance(await IsAtRestAsync() ? delivery?.NextAt - Time.GetUtcNow() ?? Blink : Blink);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
        throw new TimeoutException("The delivery is still not so. " + string.Join('\n', Log));
    }

    public async Task<List<ObjectKey>> DueAsync()
    {
        var keys = new List<ObjectKey>();
        await foreach (var head in Store.ListAsync(WebhookKeys.Due, null, CancellationToken.None)) keys.Add(head.Key);
        return keys;
    }

    /// <summary>Waits until so many tries are to come.</summary>
    public async Task UntilDueAsync(int count)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await DueAsync()).Count != count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline.Limit, $"Still not {count} to come.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    // Nothing under way would notice that the clock leaps, and one try is to come.
    private async Task<bool> IsAtRestAsync() =>
        _started.OfType<SendLoop>().Single().InHand == 0 && await DueAsync() is [var due]
        && WebhookKeys.TimeOf(due) > Time.GetUtcNow();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _started)
        {
            var stopping = service.StopAsync(CancellationToken.None);
            // What the stop waits for may wait for the clock.
            while (!stopping.IsCompleted)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
            }
            await stopping;
        }
        await _services.DisposeAsync();
    }

    private static JobOutcome Outcome(JobRecord record, bool failed, bool cancelled)
    {
        if (cancelled) return JobOutcome.Cancelled(record.Tenant, record.Id, record.Id, record.AcceptedAt);
        var failure = new JobFailure(ConversionFailure.TooManyPixels, "It has 144 megapixels.");
        var outcome = JobOutcome.Failed(record, failure, record.Id, 1, record.AcceptedAt);
        if (failed) return outcome;
        var key = JobKeys.Result(record.Tenant, record.Id, record.Id, 0);
        var result = new JobResult(key, 7, new string('b', 64), ImageFormat.Webp, 3, 2, 1);
        return outcome with
        {
            Transforms = [.. record.Transforms.Select(each => new TransformOutcome(each.Name, result, null))],
        };
    }

    private static List<(string, string)> Settings(DirectoryInfo folder, WebhookEndpointSettings[] endpoints)
    {
        var settings = new List<(string, string)>
        {
            ("Storage:Files:Folder", Path.Combine(folder.FullName, "objects")),
            ("Storage:Files:FreeBytesMin", "0"),
            ("Webhooks:Sender:Timeout", "00:01:00"),
            ("Webhooks:Sender:LookInterval", "00:00:00.1"),
            ("Queue:Sqlite:Folder", Path.Combine(folder.FullName, "queue")),
            ("Outbound:AllowHttp", "true"),
            ("Outbound:AllowedNetworks:0", $"{IPAddress.Loopback}/32"),
        };
        foreach (var (index, endpoint) in endpoints.Index())
        {
            var place = "Webhooks:Endpoints:" + index.ToString(CultureInfo.InvariantCulture);
            settings.Add(($"{place}:Tenant", endpoint.Tenant));
            settings.Add(($"{place}:Name", endpoint.Name));
            settings.Add(($"{place}:Url", endpoint.Url));
            settings.AddRange(List($"{place}:Secrets", endpoint.Secrets));
            settings.AddRange(List($"{place}:SecretFiles", endpoint.SecretFiles));
            settings.AddRange(List($"{place}:Types", endpoint.Types));
        }
        return settings;
    }

    private static IEnumerable<(string, string)> List(string place, IReadOnlyList<string> values) =>
        values.Index().Select(one => ($"{place}:{one.Index}", one.Item));

    private sealed class Lines(Action<string> add) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            add($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
