using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Management.Store;

namespace Millrace.Management.Feed;

/// <summary>
/// Who reads the feed: how many edges live, whichever replica they ask. A reader is written down at most four times in
/// its lifetime, so the database's work does not grow with questions.
/// </summary>
internal sealed class ReaderList(IOptions<StoreOptions> options, TimeProvider time)
{
    private const int ReadersMax = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _told = new();
    private readonly TimeSpan _lifetime = options.Value.ReaderLifetime;
    private readonly Lock _lock = new();
    private (DateTimeOffset At, int Edges) _counted = (DateTimeOffset.MinValue, 1);

    /// <summary>Notes that the reader lives.</summary>
    /// <returns>Edges that live, the reader too when it is one; at least 1.</returns>
    public async Task<int> CountAsync(ManagementDb db, IdentityReader reader, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (IsDue(reader.Id, now))
        {
            await TellAsync(db, reader, now, cancellationToken);
            lock (_lock) _counted.At = DateTimeOffset.MinValue;
        }
        lock (_lock)
        {
            if (now - _counted.At < _lifetime / 8 && now >= _counted.At) return _counted.Edges;
        }
        var since = now - _lifetime;
        var edges = await db.Readers.CountAsync(
            row => row.Role == IdentityRole.Edge && row.SeenAt > since, cancellationToken);
        lock (_lock) _counted = (now, Math.Max(1, edges));
        return Math.Max(1, edges);
    }

    private bool IsDue(string reader, DateTimeOffset now)
    {
        var before = now - (_lifetime / 4);
        if (_told.TryGetValue(reader, out var told) && told > before && told <= now) return false;
        if (_told.Count >= ReadersMax) _told.Clear();
        _told[reader] = now;
        return true;
    }

    private async Task TellAsync(
        ManagementDb db, IdentityReader reader, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var gone = now - (_lifetime * 10);
        await db.Readers.Where(row => row.SeenAt < gone).ExecuteDeleteAsync(cancellationToken);
        // Both databases know this form; two replicas may be told at once.
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO readers ("Id", "Role", "SeenAt")
             VALUES ({reader.Id}, {(int)reader.Role}, {now.ToUnixTimeMilliseconds()})
             ON CONFLICT ("Id") DO UPDATE SET "Role" = excluded."Role", "SeenAt" = excluded."SeenAt"
             """,
            cancellationToken);
    }
}
