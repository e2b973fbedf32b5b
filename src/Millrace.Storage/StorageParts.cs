using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Objects;

namespace Millrace.Storage;

/// <summary>What both stores need beside them.</summary>
internal static class StorageParts
{
    public static void AddStorageParts(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StorageMetrics>();
        services.TryAddSingleton<StorageHealth>();
    }

    public static MeteredObjectStore Metered(this IServiceProvider provider, IObjectStore store) => new(
        store, provider.GetRequiredService<StorageMetrics>(), provider.GetRequiredService<TimeProvider>());
}
