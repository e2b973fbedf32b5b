using Millrace.Management.Store;

namespace Millrace.Management.Audit;

/// <summary>Which entries; what is null is not asked.</summary>
public sealed record AuditFilter
{
    /// <summary>What was changed, for example <c>key/key_…</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Whose it is: the tenant itself, its keys and its settings.</summary>
    public string? Tenant { get; init; }

    /// <summary>Who changed it.</summary>
    public string? Actor { get; init; }

    /// <summary>What was done, for example <c>key.revoke</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Not before this.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this.</summary>
    public DateTimeOffset? Until { get; init; }

    internal IQueryable<AuditRow> Of(IQueryable<AuditRow> rows)
    {
        if (Subject is not null) rows = rows.Where(row => row.Subject == Subject);
        if (Tenant is not null) rows = rows.Where(row => row.Tenant == Tenant);
        if (Actor is not null) rows = rows.Where(row => row.Actor == Actor);
        if (Action is not null) rows = rows.Where(row => row.Action == Action);
        if (From is { } from) rows = rows.Where(row => row.At >= from);
        if (Until is { } until) rows = rows.Where(row => row.At < until);
        return rows;
    }
}
