using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Poison;
using Millrace.Core.Promises;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Testing;
using Millrace.Worker.Jobs;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;
using Millrace.Worker.Tests.Leases;

namespace Millrace.Worker.Tests.Jobs;

/// <summary>A composed worker with durable jobs on real kernels; store, queue and ledger in memory.</summary>
internal sealed class JobWorker : IAsyncDisposable
{
    private readonly IHost _host;

    private JobWorker(JobOptions jobs, KernelPoolOptions pool)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKernelPool();
        builder.Services.AddWorkerLeases();
        builder.Services.AddWorkerJobs();
        builder.Services.AddSingleton(Options.Create(pool));
        builder.Services.AddSingleton(Options.Create(new LeaseOptions()));
        builder.Services.AddSingleton(Options.Create(jobs));
        builder.Services.AddSingleton<IJobQueue>(Queue);
        builder.Services.AddSingleton<IObjectStore>(Store);
        builder.Services.AddSingleton<IEdgeLink>(new MemoryEdge());
        builder.Services.AddSingleton<IPoisonLedger>(Ledger);
        builder.Services.AddSingleton<IUsageRecorder>(Usage);
        _host = builder.Build();
    }

    public JobQueue Queue { get; } = new();

    public MemoryObjectStore Store { get; } = new();

    public MemoryLedger Ledger { get; } = new();

    public UsageList Usage { get; } = new();

    public JobObjects Objects => new(Store);

    public KernelPool Pool => _host.Services.GetRequiredService<KernelPool>();

    /// <summary>What was counted of it so far.</summary>
    public AnswerCounts Answers =>
        _host.Services.GetRequiredService<LiveAnswers>().Of(ServiceDefinition.Worker).Read()[^1].Counts;

    public LeaseHealth Health => _host.Services.GetRequiredService<LeaseHealth>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<JobWorker> StartAsync(JobOptions? jobs = null, KernelPoolOptions? pool = null)
    {
        var running = new JobWorker(jobs ?? new JobOptions(), pool ?? RunningWorker.Faulty);
        await running._host.StartAsync(Cancel);
        return running;
    }

    /// <summary>Stores a job as an edge does.</summary>
    public JobRecord Accept(byte[] source, string[] transforms, byte[]? watermark = null, string tenant = "tenant")
    {
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var record = new JobRecord
        {
            Id = id,
            Tenant = tenant,
            AcceptedAt = TimeProvider.System.GetUtcNow(),
            ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(1),
            Source = Stored(JobKeys.Source(tenant, id), source),
            Watermark = watermark is null ? null : Stored(JobKeys.Watermark(tenant, id), watermark),
            Transforms = [.. transforms.Select((transform, number) => new JobTransform($"t{number}", transform))],
            Webhook = "https://example.org/",
        };
        Store.Set(JobKeys.Record(tenant, id), JobText.Write(record));
        return record;
    }

    /// <summary>Hands a job's ticket out; the end of its lease.</summary>
    public Task<TimeSpan?> LeaseAsync(JobRecord record, int deliveries = 1) =>
        Queue.Put(JobTickets.Bulk(record, 0, TimeProvider.System.GetUtcNow()), deliveries).End;

    /// <summary>Has a job done whose lease must be completed.</summary>
    public async Task<JobOutcome> EndAsync(JobRecord record)
    {
        Assert.Null(await LeaseAsync(record));
        return (await OutcomeAsync(record))!;
    }

    public Task<JobOutcome?> OutcomeAsync(JobRecord record) =>
        Objects.OutcomeAsync(record.Tenant, record.Id, Cancel);

    public Task<JobClaim> ClaimAsync(JobRecord record, JobClaimant by, int starts) => Objects.ClaimAsync(
        record.Tenant, new JobClaim(record.Id, by, "somebody", TimeProvider.System.GetUtcNow(), starts), Cancel);

    /// <summary>What a caller who waits would get.</summary>
    public Task<ConversionOutcome> InteractiveAsync(byte[] source, string transform) =>
        Pool.ConvertAsync(TestKernel.Request(source, transform), Cancel);

    public IReadOnlyList<string> Results(JobRecord record) =>
        [.. Store.Keys.Where(key => JobObject.Read(ObjectKey.Of(key)) is { Part: JobPart.Result } one
            && one.Id == record.Id)];

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }

    private JobSource Stored(ObjectKey key, byte[] bytes)
    {
        Store.Set(key, bytes);
        var header = HeaderProbe.Read(bytes).Header ?? new ImageHeader(ImageFormat.Jpeg, 1, 1);
        return new(key, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, header);
    }
}

/// <summary>A queue whose leases the test puts; what the worker enqueues is kept for it to look at.</summary>
internal sealed class JobQueue : IJobQueue
{
    private readonly Channel<MemoryLease> _leases = Channel.CreateUnbounded<MemoryLease>();

    public ConcurrentQueue<Ticket> Enqueued { get; } = [];

    public bool IsFull { get; set; }

    /// <summary>Called before a ticket is stored.</summary>
    public Action<Ticket>? OnEnqueue { get; set; }

    public IReadOnlyList<CellHealth> Health => [new CellHealth(0, true, "", [])];

    public MemoryLease Put(Ticket ticket, int deliveries)
    {
        var lease = new MemoryLease(ticket, deliveries, []);
        _leases.Writer.TryWrite(lease);
        return lease;
    }

    public Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        if (IsFull) return Task.FromResult(EnqueueOutcome.Full);
        OnEnqueue?.Invoke(ticket);
        Enqueued.Enqueue(TicketText.Read(TicketText.Write(ticket)).Ticket!);
        return Task.FromResult(EnqueueOutcome.Stored);
    }

    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var lease in _leases.Reader.ReadAllAsync(cancellationToken)) yield return lease;
    }
}
