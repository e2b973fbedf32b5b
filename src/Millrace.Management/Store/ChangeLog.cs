using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Millrace.Management.Store;

/// <summary>
/// Makes changes, each in one transaction with its revision, its audit rows and the digest. The counter's row is taken
/// first, so that changes of all replicas follow one another and revisions appear in the order of commits.
/// </summary>
internal sealed class ChangeLog(DatabaseDoor door, ChangeSignal signal, TimeProvider time)
{
    private const int TriesMax = 3;

    /// <summary>Runs a change to its end, or not at all.</summary>
    /// <param name="actor">Who wants it; stands in the audit.</param>
    /// <param name="change">Changes tracked rows; what it refuses leaves nothing behind. May run more than once.</param>
    /// <param name="cancellationToken">Abandons it; it may still be done when the commit was under way.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<Outcome<T>> RunAsync<T>(
        string actor, Func<Change, Task<Outcome<T>>> change, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await TryAsync(actor, change, cancellationToken);
            }
            catch (Exception exception) when (number < TriesMax && DatabaseDoor.MayPass(exception))
            {
                // Nothing was done. The database itself made this one wait.
            }
            catch (Exception exception) when (exception is DbException or DbUpdateException
                or InvalidOperationException { InnerException: DbException } or TimeoutException)
            {
                throw ManagementStoreException.Of(exception);
            }
        }
    }

    private async Task<Outcome<T>> TryAsync<T>(
        string actor, Func<Change, Task<Outcome<T>>> change, CancellationToken cancellationToken)
    {
        await using var db = door.Open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Counter.ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Revision, row => row.Revision + 1), cancellationToken);
        var counter = await db.Counter.SingleAsync(cancellationToken);
        var step = new Change(db, counter, actor, time.GetUtcNow(), cancellationToken);
        var outcome = await change(step);
        if (outcome.Refusal is not null) return outcome;
        if (!step.IsAudited) return outcome;
        step.Seal();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.Raise();
        return outcome;
    }
}

/// <summary>One change under way.</summary>
/// <param name="db">The unit of work; not saved by the change itself.</param>
/// <param name="counter">The row that is held.</param>
/// <param name="actor">Who wants it.</param>
/// <param name="now">When.</param>
/// <param name="cancellationToken">Of the whole change.</param>
internal sealed class Change(
    ManagementDb db, CounterRow counter, string actor, DateTimeOffset now, CancellationToken cancellationToken)
{
    private int _parts;

    /// <summary>The unit of work.</summary>
    public ManagementDb Db => db;

    /// <summary>Its revision.</summary>
    public long Revision => counter.Revision;

    /// <summary>Its time, whole milliseconds.</summary>
    public DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());

    /// <summary>Of the whole change.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The counter's row.</summary>
    public CounterRow Counter => counter;

    /// <summary>Whether anything was changed: what is not written down is not done.</summary>
    public bool IsAudited => _parts > 0;

    /// <summary>Writes down what was changed. Secrets do not belong into it.</summary>
    /// <param name="action">For example <c>tenant.suspend</c>.</param>
    /// <param name="subject">What: <c>tenant/t-…</c>.</param>
    /// <param name="before">JSON or text; null when there was nothing.</param>
    /// <param name="after">JSON or text; null when there is nothing.</param>
    public void Audit(string action, string subject, string? before, string? after) => db.Audit.Add(new AuditRow
    {
        Revision = Revision,
        Part = _parts++,
        At = Now,
        Actor = actor,
        Action = action,
        Subject = subject,
        Before = before,
        After = after,
    });

    /// <summary>Gives what was changed its revision, and the digest its parts.</summary>
    public void Seal()
    {
        db.ChangeTracker.DetectChanges();
        var sum = (ulong)counter.DigestSum;
        foreach (var entry in db.ChangeTracker.Entries<IRevised>())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified)) continue;
            if (entry.State == EntityState.Modified && !(bool)entry.OriginalValues[nameof(IRevised.IsRemoved)]!)
            {
                sum = unchecked(sum - entry.Entity.Digest((long)entry.OriginalValues[nameof(IRevised.Revision)]!));
                counter.DigestEntries--;
            }
            entry.Entity.Revision = Revision;
            if (entry.Entity.IsRemoved) continue;
            sum = unchecked(sum + entry.Entity.Digest(Revision));
            counter.DigestEntries++;
        }
        counter.DigestSum = (long)sum;
    }
}
