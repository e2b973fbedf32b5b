using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Management.Answers;

namespace Millrace.Management.Callers;

/// <summary>
/// Knows tenants by their keys, as the database has them now: what is changed here counts at once, also for the key that
/// was revoked a moment ago.
/// </summary>
internal sealed class TenantCallers(IIdentityFeed feed, WrongTokens wrong, TimeProvider time)
{
    // Asks as a sender does, which is not counted among the edges that live.
    private static readonly IdentityReader Self = new("management", IdentityRole.Sender);

    /// <summary>Who sent a request, or why it is not known.</summary>
    public async ValueTask<CallerReading> ReadAsync(HttpContext context)
    {
        if (Bearer.Of(context.Request) is not { } token)
            return CallerReading.Of(Problem.Of(ProblemKinds.KeyMissing) with { Challenge = Bearer.Realm, Closes = true });
        var address = context.Connection.RemoteIpAddress;
        if (!ApiKeyText.IsWellFormed(token) || wrong.IsSpent(address)) return Wrong(context);
        try
        {
            return Judge(context, await feed.FindKeyAsync(Self, KeyHash.Of(token), context.RequestAborted));
        }
        catch (IdentityFeedException)
        {
            return CallerReading.Of(Problem.Of(ProblemKinds.DatabaseAway) with
            {
                RetryAfter = TimeSpan.FromSeconds(1),
                Closes = true,
            });
        }
    }

    private CallerReading Judge(HttpContext context, IReadOnlyList<IdentityEntry> found)
    {
        var key = found.OfType<KeyEntry>().FirstOrDefault();
        var tenant = found.OfType<TenantEntry>().FirstOrDefault();
        var isLive = key is { IsRemoved: false } && !(key.ExpiresAt <= time.GetUtcNow())
            && tenant is { IsRemoved: false, State: not TenantState.Deleted };
        if (!isLive) return Wrong(context);
        if (tenant!.State == TenantState.Suspended)
            return CallerReading.Of(Problem.Of(ProblemKinds.TenantSuspended) with { Closes = true });
        return key!.Scopes.HasFlag(KeyScopes.Account)
            ? new(new KnownCaller { Key = key }, null)
            : CallerReading.Of(WithoutScope());
    }

    private CallerReading Wrong(HttpContext context)
    {
        var wait = wrong.Count(context.Connection.RemoteIpAddress);
        return CallerReading.Of(wait == TimeSpan.Zero
            ? Problem.Of(ProblemKinds.KeyUnknown) with { Challenge = Bearer.Invalid, Closes = true }
            : Problem.Of(ProblemKinds.TooManyWrongKeys) with { RetryAfter = wait, Closes = true });
    }

    private static Problem WithoutScope() =>
        Problem.Of(ProblemKinds.ScopeMissing, "It needs a key with the scope account.") with
        {
            Challenge = Bearer.Realm + ", error=\"insufficient_scope\", scope=\"account\"",
            Closes = true,
        };
}
