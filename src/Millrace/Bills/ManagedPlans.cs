using System.Runtime.CompilerServices;
using Millrace.Billing.Plans;
using Millrace.Management.Plans;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Bills;

/// <summary>Which prices held for whom, as management knows it.</summary>
internal sealed class ManagedPlans(PlanChoices choices, PlanBook plans) : IPlanHistory
{
    private const int PageTenants = 1_000;

    /// <inheritdoc/>
    public async IAsyncEnumerable<PlanStretch> ReadAsync(
        DateTimeOffset from, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, IReadOnlyList<PriceVersion>>(StringComparer.Ordinal);
        foreach (var tenant in await TenantsAsync(cancellationToken))
        {
            foreach (var choice in tenant.Plans.Where(choice => !versions.ContainsKey(choice.Plan)))
                versions[choice.Plan] = await VersionsAsync(choice.Plan, cancellationToken);
            var own = tenant.Plans.Select(choice => new PlanChoice(choice.Plan, choice.From, tenant.Until)).ToList();
            foreach (var stretch in PlanStretches.Of(tenant.Tenant, own, plan => versions[plan]))
            {
                if (stretch.From < until && (stretch.Until is not { } end || end > from)) yield return stretch;
            }
        }
    }

    // A database may order names by a language; bills are in ordinal order.
    private async Task<List<TenantPlans>> TenantsAsync(CancellationToken cancellationToken)
    {
        var tenants = new List<TenantPlans>();
        string? after = null;
        while (true)
        {
            var page = await ReadAsync(() => choices.ReadAsync(after, PageTenants, cancellationToken));
            tenants.AddRange(page);
            if (page.Count < PageTenants) break;
            after = page[^1].Tenant;
        }
        tenants.Sort((one, other) => string.CompareOrdinal(one.Tenant, other.Tenant));
        return tenants;
    }

    private async Task<IReadOnlyList<PriceVersion>> VersionsAsync(string plan, CancellationToken cancellationToken)
    {
        var history = await ReadAsync(() => plans.HistoryAsync(plan, cancellationToken));
        return [.. history.Select(version =>
            new PriceVersion(version.Version, version.From, PlanPrices.Of(version.Terms)))];
    }

    private static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (ManagementStoreException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
