using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit;

/// <summary>Composition of a member of a cluster.</summary>
public static class RabbitServices
{
    /// <summary>
    /// Adds <see cref="IJobQueue"/> and <see cref="IPoisonLedger"/> on RabbitMQ, and <see cref="RabbitBroker"/>, which
    /// tells readiness; also <see cref="PoisonRules"/>, <see cref="QueueMetrics"/> and <see cref="TimeProvider"/>
    /// unless they are there. Options come from the section <c>Queue:Rabbit</c>. The host starts at once, broker or
    /// none. Call it before adding what uses them: hosted services stop in the other order, and its stop returns all
    /// leases.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="seed">
    /// Of the chance in waits and in the order of nodes. Not equal in two processes: members must not wait alike, nor
    /// all begin with the same node.
    /// </param>
    public static IServiceCollection AddRabbitQueue(this IServiceCollection services, int seed)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new PoisonRules());
        services.AddOptions<RabbitQueueOptions>().BindConfiguration("Queue:Rabbit").ValidateOnStart();
        services.AddSingleton<IValidateOptions<RabbitQueueOptions>, RabbitQueueOptionsValidator>();
        services.TryAddSingleton<QueueMetrics>();
        services.AddSingleton<RabbitMetrics>();
        services.AddSingleton(provider => new RabbitBroker(
            provider.GetRequiredService<IOptions<RabbitQueueOptions>>(),
            provider.GetRequiredService<RabbitMetrics>(), provider.GetRequiredService<TimeProvider>(),
            new Random(seed), provider.GetRequiredService<ILogger<RabbitBroker>>()));
        services.AddSingleton(provider => new RabbitJobQueue(
            provider.GetRequiredService<IOptions<RabbitQueueOptions>>(),
            provider.GetRequiredService<RabbitBroker>(), provider.GetRequiredService<QueueMetrics>(),
            provider.GetRequiredService<TimeProvider>(), new Random(seed),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<RabbitPoisonLedger>();
        services.AddSingleton<IJobQueue>(provider => provider.GetRequiredService<RabbitJobQueue>());
        services.AddSingleton<IPoisonLedger>(provider => provider.GetRequiredService<RabbitPoisonLedger>());
        services.AddHostedService<RabbitStart>();
        return services;
    }

    // Queue and ledger are made with it, so that they look and read before the first ticket comes.
    private sealed class RabbitStart(RabbitBroker broker, RabbitJobQueue queue, RabbitPoisonLedger ledger)
        : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            broker.Start();
            return Task.CompletedTask;
        }

        // Disposed by the container, queue and ledger before the broker.
        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.WhenAll(queue.DisposeAsync().AsTask(), ledger.DisposeAsync().AsTask());
    }
}
