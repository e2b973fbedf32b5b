using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Usage;

namespace Millrace.Ledger;

/// <summary>What both ledgers need beside them.</summary>
internal static class LedgerParts
{
    public static void AddLedgerParts<TLedger>(this IServiceCollection services)
        where TLedger : class, IUsageLedger, IUsageRows
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LedgerMetrics>();
        services.TryAddSingleton<LedgerHealth>();
        services.AddSingleton<IUsageLedger>(provider => new MeteredUsageLedger(
            provider.GetRequiredService<TLedger>(), provider.GetRequiredService<LedgerMetrics>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IUsageRows>(provider => provider.GetRequiredService<TLedger>());
    }
}
