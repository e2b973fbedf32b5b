using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Promises;
using Millrace.Core.Webhooks;
using Millrace.Outbound;
using Millrace.Webhooks.Endpoints;
using Millrace.Webhooks.Later;
using Millrace.Webhooks.Sending;

namespace Millrace.Webhooks;

/// <summary>Composition of the sender of webhooks, in a process of its own or within another.</summary>
public static class SenderServices
{
    /// <summary>
    /// Adds the sender, which starts and stops with the host, and <see cref="SenderHealth"/>; also
    /// <see cref="OutboundServices.AddOutbound"/>. It needs an <c>IJobQueue</c> and an <c>IObjectStore</c>. Options
    /// come from the sections <c>Webhooks:Sender</c>, <c>Webhooks:Endpoints</c> and <c>Outbound</c>.
    /// </summary>
    /// <param name="services">Of the host.</param>
    /// <param name="seed">Of all chance in it.</param>
    public static IServiceCollection AddWebhookSender(this IServiceCollection services, int seed)
    {
        services.AddMetrics();
        services.AddOutbound();
        services.AddWebhookDestinations();
        services.AddOptions<SenderOptions>().BindConfiguration("Webhooks:Sender").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SenderOptions>, SenderOptionsValidator>();
        services.TryAddSingleton<JobObjects>();
        services.TryAddSingleton<WebhookObjects>();
        services.AddSingleton(new Chance(new Random(seed)));
        services.AddSingleton<EndpointBook>();
        services.AddSingleton<Circuits>();
        services.AddSingleton<TenantPlaces>();
        services.TryAddSingleton<LiveAnswers>();
        services.AddSingleton<SenderMetrics>();
        services.AddSingleton<SenderHealth>();
        services.AddSingleton<TicketWriter>();
        services.AddSingleton<Post>();
        services.AddSingleton<DeliveryHandler>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<DueScan>();
        services.AddSingleton<LogSweep>();
        services.AddHostedService<LaterLoop>();
        services.AddHostedService<SendLoop>();
        return services;
    }
}
