using Microsoft.EntityFrameworkCore;
using Millrace.Management.Store;

namespace Millrace.Management.Audit;

/// <summary>Who changed what, when; only ever added to.</summary>
public sealed class AuditReader
{
    /// <summary>Most entries of one page.</summary>
    public const int PageMax = 1_000;

    private readonly DatabaseDoor _door;

    internal AuditReader(DatabaseDoor door) => _door = door;

    /// <summary>Entries, the newest first.</summary>
    /// <param name="before">Only those older than this entry; null: from the newest.</param>
    /// <param name="subject">Only of this, for example <c>tenant/t-…</c>; null: of all.</param>
    /// <param name="limit">1 to <see cref="PageMax"/>.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(
        AuditMark? before, string? subject, int limit, CancellationToken cancellationToken) =>
        FindAsync(new AuditFilter { Subject = subject }, before, limit, cancellationToken);

    /// <summary>As the other, of a choice.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<IReadOnlyList<AuditEntry>> FindAsync(
        AuditFilter filter, AuditMark? before, int limit, CancellationToken cancellationToken)
    {
        var page = await _door.ReadAsync(db =>
        {
            var rows = filter.Of(db.Audit.AsNoTracking());
            if (before is { } mark)
            {
                rows = rows.Where(row => row.Revision < mark.Revision
                    || (row.Revision == mark.Revision && row.Part < mark.Part));
            }
            return rows.OrderByDescending(row => row.Revision).ThenByDescending(row => row.Part)
                .Take(Math.Clamp(limit, 1, PageMax)).ToListAsync(cancellationToken);
        });
        return [.. page.Select(row => new AuditEntry(
            new(row.Revision, row.Part), row.At, row.Actor, row.Action, row.Subject, row.Before, row.After))];
    }
}

/// <summary>Which entry.</summary>
/// <param name="Revision">Of the change.</param>
/// <param name="Part">From 0, within the change.</param>
public readonly record struct AuditMark(long Revision, int Part);

/// <summary>One thing that was changed.</summary>
/// <param name="Mark">Which.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What was done, for example <c>key.revoke</c>.</param>
/// <param name="Subject">To what.</param>
/// <param name="Before">How it was; null: it was not there.</param>
/// <param name="After">How it is; null: it is gone.</param>
public sealed record AuditEntry(
    AuditMark Mark, DateTimeOffset At, string Actor, string Action, string Subject, string? Before, string? After);
