using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Ledger.Tests;

/// <summary>What ledgers need that tests do not look at.</summary>
internal static class Parts
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public static LedgerMetrics Metrics() => new(Services.GetRequiredService<IMeterFactory>());
}
