using System.Collections.Concurrent;
using Millrace.Core.Identity;

namespace Millrace.Webhooks.Tests;

/// <summary>What management has told a sender, as the test says.</summary>
internal sealed class ToldTenants : ITenantDirectory
{
    private readonly ConcurrentDictionary<string, TenantExtras> _extras = new(StringComparer.Ordinal);

    public TimeSpan? WholeAge { get; set; } = TimeSpan.Zero;

    public TenantExtras? ExtrasOf(string tenant) => _extras.GetValueOrDefault(tenant);

    public void Tell(string tenant, params TenantEndpoint[] endpoints) =>
        _extras[tenant] = new TenantExtras { Endpoints = endpoints };
}
