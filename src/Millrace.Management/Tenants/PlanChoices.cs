using Microsoft.EntityFrameworkCore;
using Millrace.Management.Store;

namespace Millrace.Management.Tenants;

/// <summary>Which plan every tenant has had and when, also of those that are gone: what bills are made by.</summary>
public sealed class PlanChoices
{
    private readonly DatabaseDoor _door;

    internal PlanChoices(DatabaseDoor door) => _door = door;

    /// <summary>Some tenants, by id.</summary>
    /// <param name="after">Only those behind this one; null from the first.</param>
    /// <param name="limit">At most so many; fewer are the last.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<List<TenantPlans>> ReadAsync(string? after, int limit, CancellationToken cancellationToken) =>
        _door.ReadAsync(async db =>
        {
            var tenants = db.Tenants.AsNoTracking();
            if (after is not null) tenants = tenants.Where(row => string.Compare(row.Id, after) > 0);
            var page = await tenants.OrderBy(row => row.Id).Take(limit)
                .Select(row => new { row.Id, row.DeletedAt }).ToListAsync(cancellationToken);
            var ids = page.Select(row => row.Id).ToList();
            var choices = await db.TenantPlans.AsNoTracking().Where(row => ids.Contains(row.Tenant))
                .OrderBy(row => row.Revision).ToListAsync(cancellationToken);
            var byTenant = choices.ToLookup(row => row.Tenant, row => new TenantPlan(row.From, row.Plan));
            return page.ConvertAll(row => new TenantPlans(row.Id, [.. byTenant[row.Id]], row.DeletedAt));
        });
}

/// <summary>A tenant's plans.</summary>
/// <param name="Tenant">Its id.</param>
/// <param name="Plans">The first first.</param>
/// <param name="Until">When it was asked to be deleted, which ends the last one; null while it was not.</param>
public sealed record TenantPlans(string Tenant, IReadOnlyList<TenantPlan> Plans, DateTimeOffset? Until);
