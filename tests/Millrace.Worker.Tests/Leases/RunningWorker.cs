using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Core.Promises;
using Millrace.Core.Tickets;
using Millrace.Testing;
using Millrace.Worker.Edges;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Tests.Leases;

/// <summary>What the doubles have in common.</summary>
internal static class Doubles
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}

/// <summary>A composed worker on real kernels, with a queue, an edge and a ledger in memory.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningWorker(KernelPoolOptions pool, LeaseOptions leases)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKernelPool();
        builder.Services.AddWorkerLeases();
        builder.Services.AddSingleton(Options.Create(pool));
        builder.Services.AddSingleton(Options.Create(leases));
        builder.Services.AddSingleton<IJobQueue>(Queue);
        builder.Services.AddSingleton<IEdgeLink>(Edge);
        builder.Services.AddSingleton<IPoisonLedger>(Ledger);
        _host = builder.Build();
    }

    public MemoryQueue Queue { get; } = new();

    public MemoryEdge Edge { get; } = new();

    public MemoryLedger Ledger { get; } = new();

    public KernelPool Pool => _host.Services.GetRequiredService<KernelPool>();

    /// <summary>What was counted of it so far.</summary>
    public AnswerCounts Answers =>
        _host.Services.GetRequiredService<LiveAnswers>().Of(ServiceDefinition.Worker).Read()[^1].Counts;

    public WorkerCredit Credit => _host.Services.GetRequiredService<WorkerCredit>();

    public LeaseHealth Health => _host.Services.GetRequiredService<LeaseHealth>();

    public EdgeClocks Clocks => _host.Services.GetRequiredService<EdgeClocks>();

    public EdgePaces Paces => _host.Services.GetRequiredService<EdgePaces>();

    public static KernelPoolOptions Faulty => TestKernel.Options(TestFiles.FaultyKernel);

    public static async Task<RunningWorker> StartAsync(
        KernelPoolOptions? pool = null, LeaseOptions? leases = null, Action<RunningWorker>? prepare = null)
    {
        var running = new RunningWorker(pool ?? Faulty, leases ?? new LeaseOptions());
        prepare?.Invoke(running);
        await running._host.StartAsync(TestContext.Current.CancellationToken);
        return running;
    }

    /// <summary>A ticket whose bytes the edge holds.</summary>
    public Ticket Ticket(
        byte[] source, string transform = "width=100", byte[]? watermark = null, string tenant = "tenant",
        Lane lane = Lane.Interactive)
    {
        var ticket = new Ticket
        {
            Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
            Tenant = tenant,
            Lane = lane,
            Cell = 0,
            Transform = transform,
            Source = Core.Tickets.Ticket.Here,
            ContentHash = Convert.ToHexStringLower(SHA256.HashData(source)),
            SourceBytes = source.Length,
            Deadline = TimeProvider.System.GetUtcNow() + Doubles.Patience,
            Remaining = Doubles.Patience,
        };
        Edge.Hold(ticket, source, watermark);
        return ticket;
    }

    /// <summary>Puts it into the queue and waits for its outcome at the edge, and for the end of its lease.</summary>
    public async Task<ConversionOutcome> ConvertAsync(Ticket ticket, int deliveries = 1)
    {
        var lease = Queue.Put(ticket, deliveries);
        var outcome = await Edge.OutcomeOf(ticket);
        Assert.Null(await lease.End);
        return outcome;
    }

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }
}
