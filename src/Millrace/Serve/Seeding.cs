using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Management;
using Millrace.Management.Keys;
using Millrace.Management.Plans;
using Millrace.Management.Tenants;

namespace Millrace.Serve;

/// <summary>What a server with an empty folder begins with: a plan, a tenant and a key.</summary>
internal static class Seeding
{
    private const string Actor = "millrace";
    private const string Plan = "standard";
    private const string Name = "first";

    // As much as one machine gives; what the service itself allows still holds.
    private static readonly PlanTerms Terms = new()
    {
        Currency = "EUR",
        Limits = new TenantLimits
        {
            RequestsPerSecond = 1_000,
            Burst = 2_000,
            InFlight = 1_000,
            JobsOpen = 100_000,
            BytesMax = 1L << 30,
            PixelsMax = 1_000_000_000,
            Lanes = Lanes.Images,
            Retention = TimeSpan.FromDays(7),
        },
    };

    /// <summary>Makes them, where there is no plan and no tenant yet. Started again half way, it goes on.</summary>
    /// <returns>The key; null when there is somebody already.</returns>
    public static async Task<string?> RunAsync(IServiceProvider management, CancellationToken cancellationToken)
    {
        var tenants = management.GetRequiredService<TenantBook>();
        if ((await tenants.ListAsync(null, 1, null, cancellationToken)).Count > 0) return null;
        var plans = management.GetRequiredService<PlanBook>();
        if ((await plans.FindAsync(Plan, cancellationToken)).Refusal is not null)
        {
            // Somebody who has plans, and has taken all tenants away, wants none of ours.
            if ((await plans.ListAsync(cancellationToken)).Count > 0) return null;
            Done(await plans.PutAsync(Actor, Plan, Terms, null, cancellationToken));
        }
        var tenant = Done(await tenants.CreateAsync(Actor, new NewTenant(Name, Plan), cancellationToken));
        var wish = new KeyWish(Name, KeyScopes.All, null);
        return Done(await management.GetRequiredService<KeyBook>()
            .CreateAsync(Actor, tenant.Id, wish, cancellationToken)).Text;
    }

    private static T Done<T>(Outcome<T> outcome) => outcome.Refusal is { } refusal
        ? throw new InvalidOperationException(refusal.Sentence)
        : outcome.Value!;
}
