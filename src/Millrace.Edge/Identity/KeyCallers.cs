using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Millrace.Core.Identity;
using Millrace.Edge.Problems;
using Millrace.Identity.Following;

namespace Millrace.Edge.Identity;

/// <summary>
/// Knows callers by their keys: form, hash, table. Only a key that is well formed and not in the table is asked for.
/// The key itself goes no further than here.
/// </summary>
internal sealed class KeyCallers(
    KnownTenants known, KeyInquiry inquiry, WrongKeys wrong, KeyMetrics metrics, TimeProvider time) : ICallerSource
{
    private const string Scheme = "Bearer ";
    private const string Realm = "Bearer realm=\"millrace\"";
    private const string InvalidToken = Realm + ", error=\"invalid_token\"";

    /// <inheritdoc/>
    public ValueTask<CallerReading> ReadAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (!IsBearer(header)) return new(Refuse("missing", Missing()));
        if (HashOf(context, header[0]!) is not { } hash) return new(Wrong(context, "malformed"));
        if (known.Usable is not { } table) return new(Refuse("unavailable", Unavailable()));
        var finding = table.Find(hash, time.GetUtcNow());
        return finding.Standing == KeyStanding.Absent ? AskAsync(context, hash) : new(Judge(context, finding));
    }

    private async ValueTask<CallerReading> AskAsync(HttpContext context, KeyHash hash)
    {
        // Whoever has sent too many wrong keys has management asked for none.
        if (wrong.IsSpent(context.Connection.RemoteIpAddress)) return Wrong(context, "unknown");
        await inquiry.AskAsync(hash, context.RequestAborted);
        return known.Usable is { } table
            ? Judge(context, table.Find(hash, time.GetUtcNow()))
            : Refuse("unavailable", Unavailable());
    }

    private CallerReading Judge(HttpContext context, KeyFinding finding)
    {
        switch (finding.Standing)
        {
            case KeyStanding.Live:
                metrics.Checked("live");
                return new(finding.Caller, null);
            case KeyStanding.Suspended:
                return Refuse("suspended", Problem.Of(ProblemKinds.TenantSuspended) with { Closes = true });
            case KeyStanding.Void:
                return Wrong(context, "void");
            default:
                return Wrong(context, "unknown");
        }
    }

    // A key that is known is served whatever else came from its address: many callers share one.
    private CallerReading Wrong(HttpContext context, string outcome)
    {
        var wait = wrong.Count(context.Connection.RemoteIpAddress);
        return wait == TimeSpan.Zero
            ? Refuse(outcome, Problem.Of(ProblemKinds.KeyUnknown) with { Challenge = InvalidToken, Closes = true })
            : Refuse("slowed", Problem.Of(ProblemKinds.TooManyWrongKeys) with { RetryAfter = wait, Closes = true });
    }

    private CallerReading Refuse(string outcome, Problem problem)
    {
        metrics.Checked(outcome);
        return CallerReading.Of(problem);
    }

    private static KeyHash? HashOf(HttpContext context, string header)
    {
        // A connection of HTTP/2 has many requests at a time, and its items are not made for that.
        var items = HttpProtocol.IsHttp11(context.Request.Protocol)
            ? context.Features.Get<IConnectionItemsFeature>()?.Items
            : null;
        if (items is not null && items.TryGetValue(SeenKey.Item, out var item)
            && item is SeenKey seen && ReferenceEquals(seen.Header, header))
        {
            return seen.Hash;
        }
        var key = header.AsSpan(Scheme.Length).Trim(' ');
        if (!ApiKeyText.IsWellFormed(key)) return null;
        var hash = KeyHash.Of(key);
        if (items is not null) items[SeenKey.Item] = new SeenKey(header, hash);
        return hash;
    }

    private static bool IsBearer(StringValues header) =>
        header.Count == 1 && header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    private static Problem Missing() =>
        Problem.Of(ProblemKinds.KeyMissing) with { Challenge = Realm, Closes = true };

    private static Problem Unavailable() => Problem.Of(ProblemKinds.IdentityUnavailable) with
    {
        RetryAfter = TimeSpan.FromSeconds(1),
        Closes = true,
    };

    /// <summary>
    /// The key that came last over a connection. Where the next request has the same header, the server gives the very
    /// same string again, which it holds anyway: form and hash, nearly all that a known key costs, are known then.
    /// </summary>
    private sealed record SeenKey(string Header, KeyHash Hash)
    {
        public static readonly object Item = new();

        // No key in any log.
        public override string ToString() => nameof(SeenKey);
    }
}
