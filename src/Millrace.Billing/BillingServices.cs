using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Billing.Archive;
using Millrace.Billing.Plans;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing;

/// <summary>Composition of billing.</summary>
public static class BillingServices
{
    /// <summary>
    /// Adds the <see cref="BillingOffice"/> over the <see cref="IObjectStore"/> and <see cref="IPlanHistory"/> that are
    /// there, and over <see cref="IUsageLedger"/> and <see cref="ColdStore"/> if they are. Options come from the
    /// sections <c>Billing</c> and <c>Archive</c>.
    /// </summary>
    public static IServiceCollection AddBilling(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<BillingOptions>().BindConfiguration("Billing").ValidateOnStart();
        services.AddSingleton<IValidateOptions<BillingOptions>, BillingOptionsValidator>();
        services.AddOptions<ArchiveOptions>().BindConfiguration("Archive").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ArchiveOptions>, ArchiveOptionsValidator>();
        services.AddSingleton(provider => new BillingOffice(
            provider.GetRequiredService<IObjectStore>(), provider.GetService<IUsageLedger>(),
            provider.GetRequiredService<IPlanHistory>(), provider.GetService<ColdStore>(),
            provider.GetRequiredService<IOptions<BillingOptions>>(),
            provider.GetRequiredService<IOptions<ArchiveOptions>>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds the role: hours are sealed, and days archived, as long as the host runs.</summary>
    public static IServiceCollection AddBillingLoop(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<BillingMetrics>();
        services.AddSingleton<BillingHealth>();
        services.AddHostedService<BillingLoop>();
        return services;
    }
}
