using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Management.Audit;
using Millrace.Management.Feed;
using Millrace.Management.Keys;
using Millrace.Management.Plans;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management;

/// <summary>Composes management's model: tenants, keys, plans, audit and the feed, over one database.</summary>
public static class ManagementServices
{
    /// <summary>
    /// Adds the books, the feed as <see cref="IIdentityFeed"/>, and the opening of the database before the host serves.
    /// Options of section <c>Management:Store</c>.
    /// </summary>
    public static IServiceCollection AddManagementStore(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>().BindConfiguration("Management:Store").ValidateOnStart();
        services.AddSingleton<IValidateOptions<StoreOptions>, StoreOptionsValidator>();
        services.AddSingleton<IValidateOptions<StoreOptions>, StoreKindCheck>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<DatabaseDoor>().AddSingleton<ChangeSignal>().AddSingleton<ChangeLog>();
        services.AddSingleton<StoreOpening>().AddSingleton<Sealing>().AddSingleton<ReaderList>();
        services.AddSingleton(provider => new PlanBook(Log(provider), Door(provider)));
        services.AddSingleton(provider => new TenantBook(Log(provider), Door(provider), Options(provider)));
        services.AddSingleton(provider => new KeyBook(Log(provider), Door(provider), Options(provider)));
        services.AddSingleton(provider => new AuditReader(Door(provider)));
        services.AddSingleton(provider => new PlanChoices(Door(provider)));
        services.AddSingleton(provider => new ExtrasBook(
            provider.GetRequiredService<TenantBook>(), Door(provider), provider.GetRequiredService<Sealing>()));
        services.AddSingleton<IIdentityFeed, DirectoryFeed>();
        services.AddSingleton<Housekeeping>();
        services.AddHostedService<StoreStart>();
        services.AddHostedService(provider => provider.GetRequiredService<Housekeeping>());
        return services;
    }

    private static ChangeLog Log(IServiceProvider provider) => provider.GetRequiredService<ChangeLog>();

    private static DatabaseDoor Door(IServiceProvider provider) => provider.GetRequiredService<DatabaseDoor>();

    private static IOptions<StoreOptions> Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<StoreOptions>>();
}
