using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Plans;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Feed;

/// <summary>
/// The feed, straight from the database. Rows have the revision of their last change, so what changed after a revision
/// is
/// a range of an index, and a reader that was away costs what changed, not what happened.
/// </summary>
internal sealed class DirectoryFeed(
    DatabaseDoor door, ChangeSignal signal, ExtrasBook extras, ReaderList readers, IOptions<StoreOptions> options,
    TimeProvider time) : IIdentityFeed
{
    /// <summary>Entries of one page. Each has a revision of its own, so that a page may end behind any.</summary>
    internal const int PageEntries = IdentityPages.EntriesMax;

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _poll = options.Value.PollInterval;

    /// <inheritdoc/>
    public async IAsyncEnumerable<IdentityPage> SnapshotAsync(
        IdentityReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (true)
        {
            var from = after;
            var page = await AskAsync(db => PageAsync(db, reader, from, true, cancellationToken));
            yield return page;
            if (page.IsLast) yield break;
            after = page.Reaches;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var until = time.GetTimestamp();
        var patience = wait < WaitMax ? wait : WaitMax;
        while (true)
        {
            var next = signal.Next;
            var head = await AskAsync(db => HeadAsync(db, cancellationToken));
            var isOver = time.GetElapsedTime(until) >= patience;
            if (head != after || isOver)
            {
                return await AskAsync(db => PageAsync(db, reader, after, false, cancellationToken));
            }
            await WaitAsync(next, patience - time.GetElapsedTime(until), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken)
    {
        var bytes = new byte[KeyHash.Length];
        hash.CopyTo(bytes);
        return await AskAsync<IReadOnlyList<IdentityEntry>>(async db =>
        {
            var key = await db.Keys.AsNoTracking().SingleOrDefaultAsync(
                row => row.Hash == bytes && !row.IsRemoved, cancellationToken);
            if (key is null) return [];
            var tenant = await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == key.Tenant, cancellationToken);
            var plan = await db.Plans.AsNoTracking().SingleAsync(row => row.Id == tenant.Plan, cancellationToken);
            var terms = PlanBook.Read(plan.Terms);
            return [Entry(key), Entry(tenant, terms.Limits, reader.Role), Entry(plan, terms)];
        });
    }

    /// <inheritdoc/>
    public async ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken)
    {
        var counter = await AskAsync(db => db.Counter.AsNoTracking().SingleAsync(cancellationToken));
        return new IdentityDigest(counter.Revision, counter.DigestEntries, (ulong)counter.DigestSum);
    }

    private static Task<long> HeadAsync(ManagementDb db, CancellationToken cancellationToken) =>
        db.Counter.AsNoTracking().Select(row => row.Revision).SingleAsync(cancellationToken);

    // Another replica's change is seen by looking; this process's own at once.
    private async Task WaitAsync(Task next, TimeSpan left, CancellationToken cancellationToken)
    {
        var limit = door.IsShared && _poll < left ? _poll : left;
        if (limit <= TimeSpan.Zero) return;
        try
        {
            await next.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing changed here; somewhere else it may have.
        }
    }

    private async Task<IdentityPage> PageAsync(
        ManagementDb db, IdentityReader reader, long after, bool isSnapshot, CancellationToken cancellationToken)
    {
        var counter = await db.Counter.AsNoTracking().SingleAsync(cancellationToken);
        var edges = await readers.CountAsync(db, reader, cancellationToken);
        if (!isSnapshot && (after < counter.Horizon || after > counter.Revision))
            return Page(counter, [], after, edges) with { NeedsSnapshot = true };
        var entries = await RowsAsync(db, reader, after, counter.Revision, isSnapshot, cancellationToken);
        if (entries.Count <= PageEntries) return Page(counter, entries, counter.Revision, edges);
        entries.RemoveRange(PageEntries, entries.Count - PageEntries);
        return Page(counter, entries, entries[^1].Revision, edges) with { IsLast = false };
    }

    private IdentityPage Page(CounterRow counter, List<IdentityEntry> entries, long reaches, int edges) => new()
    {
        Entries = entries,
        Reaches = reaches,
        Head = counter.Revision,
        At = time.GetUtcNow(),
        LiveEdges = edges,
    };

    // What changes again while this reads is above the head, and comes with the next page.
    private async Task<List<IdentityEntry>> RowsAsync(
        ManagementDb db, IdentityReader reader, long after, long head, bool isSnapshot,
        CancellationToken cancellationToken)
    {
        var plans = await ReadAsync(db.Plans, after, head, isSnapshot, cancellationToken);
        var tenants = await ReadAsync(db.Tenants, after, head, isSnapshot, cancellationToken);
        var keys = await ReadAsync(db.Keys, after, head, isSnapshot, cancellationToken);
        var limits = await LimitsAsync(db, tenants, cancellationToken);
        return
        [
            .. plans.Select(row => (IdentityEntry)Entry(row, PlanBook.Read(row.Terms)))
                .Concat(tenants.Select(row => Entry(row, limits.GetValueOrDefault(row.Plan), reader.Role)))
                .Concat(keys.Select(Entry))
                .OrderBy(entry => entry.Revision),
        ];
    }

    // One more than a page has says that there is another page.
    private static Task<List<T>> ReadAsync<T>(
        DbSet<T> set, long after, long head, bool isSnapshot, CancellationToken cancellationToken)
        where T : class, IRevised
    {
        var rows = set.AsNoTracking();
        if (isSnapshot) rows = rows.Where(row => !row.IsRemoved);
        return rows.Where(row => row.Revision > after && row.Revision <= head)
            .OrderBy(row => row.Revision).Take(PageEntries + 1).ToListAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, TenantLimits>> LimitsAsync(
        ManagementDb db, List<TenantRow> tenants, CancellationToken cancellationToken)
    {
        var wanted = tenants.Where(row => row.Overrides is not null).Select(row => row.Plan).Distinct().ToList();
        if (wanted.Count == 0) return [];
        var plans = await db.Plans.AsNoTracking()
            .Where(row => wanted.Contains(row.Id)).ToListAsync(cancellationToken);
        return plans.ToDictionary(row => row.Id, row => PlanBook.Read(row.Terms).Limits);
    }

    private static PlanEntry Entry(PlanRow row, PlanTerms terms) => new()
    {
        Revision = row.Revision,
        IsRemoved = row.IsRemoved,
        Plan = row.Id,
        Limits = terms.Limits,
    };

    private TenantEntry Entry(TenantRow row, TenantLimits? plan, IdentityRole role) => new()
    {
        Revision = row.Revision,
        IsRemoved = row.IsRemoved,
        Tenant = row.Id,
        State = row.State,
        Plan = row.Plan,
        Limits = row.Overrides is null || plan is null
            ? null
            : JsonSerializer.Deserialize(row.Overrides, StoreJson.Default.LimitOverrides)!.Over(plan),
        Extras = row.Extras is null ? null : For(extras.Open(row), role),
    };

    private static TenantExtras For(TenantExtras extras, IdentityRole role) => role == IdentityRole.Sender
        ? extras
        : extras with { Endpoints = [.. extras.Endpoints.Select(endpoint => endpoint with { Secrets = [] })] };

    private static KeyEntry Entry(KeyRow row) => new()
    {
        Revision = row.Revision,
        IsRemoved = row.IsRemoved,
        Hash = new KeyHash(row.Hash),
        Id = row.Id,
        Tenant = row.Tenant,
        Scopes = row.Scopes,
        ExpiresAt = row.ExpiresAt,
    };

    private async Task<T> AskAsync<T>(Func<ManagementDb, Task<T>> ask)
    {
        try
        {
            return await door.ReadAsync(ask);
        }
        catch (Exception exception) when (exception is ManagementStoreException or InvalidDataException)
        {
            throw new IdentityFeedException(exception.Message, exception);
        }
    }
}
