using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Promises;
using Millrace.Worker.Edges;
using Millrace.Worker.Jobs;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker;

/// <summary>Composition of a worker, in a process of its own or within another.</summary>
public static class WorkerServices
{
    /// <summary>Beyond the drain timeout: for results to be given back, and leases that are not done.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adds a kernel pool that starts and stops with the host, and the <see cref="ConvertImage"/> that uses it; also
    /// <see cref="ImageLimits"/> and <see cref="TimeProvider"/> unless they are there. Options come from the section
    /// <c>Worker:Pool</c>.
    /// </summary>
    public static IServiceCollection AddKernelPool(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ImageLimits());
        services.AddOptions<KernelPoolOptions>().BindConfiguration("Worker:Pool").ValidateOnStart();
        services.AddSingleton<IValidateOptions<KernelPoolOptions>, KernelPoolOptionsValidator>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<KernelPool>();
        services.AddHostedService(provider => provider.GetRequiredService<KernelPool>());
        services.AddSingleton<ConvertImage>(provider => provider.GetRequiredService<KernelPool>().ConvertAsync);
        return services;
    }

    /// <summary>
    /// Adds the loop that leases tickets and has the pool's kernels work on them, and <see cref="LeaseHealth"/>,
    /// <see cref="WorkerSelf"/>, and a <c>Func</c> that gives its <see cref="WorkerIdentity"/>. It needs an
    /// <c>IJobQueue</c>, an <see cref="IEdgeLink"/> and an <c>IPoisonLedger</c>, and <see cref="AddKernelPool"/> called
    /// before, as the kernels must be warm before and live until after it.
    /// Options come from the section <c>Worker:Leases</c>.
    /// </summary>
    public static IServiceCollection AddWorkerLeases(this IServiceCollection services)
    {
        services.AddOptions<LeaseOptions>().BindConfiguration("Worker:Leases").ValidateOnStart();
        services.AddSingleton<IValidateOptions<LeaseOptions>, LeaseOptionsValidator>();
        services.TryAddSingleton<Func<Guid>>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return () => Guid.CreateVersion7(time.GetUtcNow());
        });
        services.AddSingleton(provider =>
            new Jitter(new Random(provider.GetRequiredService<Func<Guid>>()().GetHashCode())));
        services.AddSingleton<WorkerSelf>();
        services.AddSingleton<Func<WorkerIdentity>>(provider =>
        {
            var self = provider.GetRequiredService<WorkerSelf>();
            return () => self.Identity;
        });
        services.AddSingleton<EdgeClocks>();
        services.AddSingleton<EdgePaces>();
        services.TryAddSingleton<LiveAnswers>();
        services.AddSingleton<LeaseMetrics>();
        services.AddSingleton<LeaseHealth>();
        services.AddSingleton<WorkerCredit>();
        services.AddSingleton<PendingStrikes>();
        services.AddSingleton<PoisonWitness>();
        services.AddSingleton(provider => KernelHands.Of(provider.GetRequiredService<KernelPool>()));
        services.AddSingleton<ImageTurns>();
        services.AddSingleton<EdgeCalls>();
        services.AddSingleton<LeaseHandler>();
        services.AddSingleton<LeaseLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<PendingStrikes>());
        services.AddHostedService(provider => provider.GetRequiredService<LeaseLoop>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<KernelPoolOptions>>(LetDrain);
        return services;
    }

    /// <summary>
    /// Has the worker work on durable jobs too, beside <see cref="AddWorkerLeases"/>. It needs an <c>IObjectStore</c>
    /// and an <c>IUsageRecorder</c>. Options come from the section <c>Worker:Jobs</c>.
    /// </summary>
    public static IServiceCollection AddWorkerJobs(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration("Worker:Jobs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobOptions>, JobOptionsValidator>();
        services.TryAddSingleton<JobObjects>();
        services.AddSingleton<JobBytes>();
        services.AddSingleton<JobPlaces>();
        services.AddSingleton<JobConversion>();
        services.AddSingleton<FollowUps>();
        services.AddSingleton<JobHandler>();
        services.AddSingleton<WorkDurable>(provider => provider.GetRequiredService<JobHandler>().EndAsync);
        return services;
    }

    /// <summary>
    /// Adds the <see cref="IEdgeLink"/> to edges on other machines, beside <see cref="AddWorkerLeases"/>. Options come
    /// from the section <c>Worker:Edges</c>; it reads the files that they name when it is first asked for.
    /// </summary>
    public static IServiceCollection AddHttpEdgeLink(this IServiceCollection services)
    {
        services.AddOptions<EdgeLinkOptions>().BindConfiguration("Worker:Edges").ValidateOnStart();
        services.AddSingleton<IValidateOptions<EdgeLinkOptions>, EdgeLinkOptionsValidator>();
        services.AddSingleton<EdgeConnector>();
        services.AddSingleton<IEdgeLink, HttpEdgeLink>();
        return services;
    }

    private static void LetDrain(HostOptions host, IOptions<KernelPoolOptions> pool)
    {
        var needed = pool.Value.DrainTimeout + LastWords;
        if (host.ShutdownTimeout < needed) host.ShutdownTimeout = needed;
    }
}
