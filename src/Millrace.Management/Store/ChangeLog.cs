using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Millrace.Management.Store;

/// <summary>
/// Makes changes, each in one transaction with its revisions, its audit rows and the digest. The counter's row is taken
/// first, so that changes of all replicas follow one another and revisions appear in the order of commits.
/// </summary>
internal sealed class ChangeLog(DatabaseDoor door, ChangeSignal signal, TimeProvider time)
{
    private const int TriesMax = 3;

    /// <summary>Runs a change to its end, or not at all.</summary>
    /// <param name="actor">Who wants it; stands in the audit.</param>
    /// <param name="change">Changes tracked rows; what it refuses leaves nothing behind. May run more than
    /// once.</param>
    /// <param name="cancellationToken">Abandons it before its commit; then nothing is done.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<Outcome<T>> RunAsync<T>(
        string actor, Func<Change, Task<Outcome<T>>> change, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var commit = new CommitMark();
            try
            {
                return await TryAsync(actor, change, commit, cancellationToken);
            }
            catch (Exception exception) when (number < TriesMax && DatabaseDoor.MayPass(exception))
            {
                // Nothing was done. The database itself made this one wait.
            }
            catch (Exception exception) when (DatabaseDoor.IsTrouble(exception))
            {
                throw ManagementStoreException.Of(exception, commit.IsSent);
            }
        }
    }

    private async Task<Outcome<T>> TryAsync<T>(
        string actor, Func<Change, Task<Outcome<T>>> change, CommitMark commit, CancellationToken cancellationToken)
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
        commit.IsSent = true;
        // Not to be given up halfway: whoever asked would not know whether it was done.
        await transaction.CommitAsync(CancellationToken.None);
        signal.Raise();
        return outcome;
    }

    private sealed class CommitMark
    {
        public bool IsSent { get; set; }
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
    private const string TenantSubject = "tenant/";

    private readonly HashSet<IRevised> _sealed = new(ReferenceEqualityComparer.Instance);
    private int _parts;

    /// <summary>The unit of work.</summary>
    public ManagementDb Db => db;

    /// <summary>Its first revision; each further entry that edges are told of has the next one.</summary>
    public long Revision { get; } = counter.Revision;

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
    /// <param name="tenant">Whose it is, where the subject does not say; null: nobody's.</param>
    public void Audit(string action, string subject, string? before, string? after, string? tenant = null)
    {
        if (subject.StartsWith(TenantSubject, StringComparison.Ordinal)) tenant ??= subject[TenantSubject.Length..];
        db.Audit.Add(new AuditRow
        {
            Revision = Revision,
            Part = _parts++,
            At = Now,
            Actor = actor,
            Action = action,
            Subject = subject,
            Tenant = tenant,
            Before = before,
            After = after,
        });
    }

    /// <summary>
    /// Gives each entry that was changed a revision of its own, so that a page can end between any two of them, and the
    /// digest its parts. Before rows are shown; again is harmless.
    /// </summary>
    public void Seal()
    {
        db.ChangeTracker.DetectChanges();
        foreach (var entry in db.ChangeTracker.Entries<IRevised>())
        {
            if (entry.State is EntityState.Added or EntityState.Modified && _sealed.Add(entry.Entity)) Seal(entry);
        }
    }

    private void Seal(EntityEntry<IRevised> entry)
    {
        if (_sealed.Count > 1) counter.Revision++;
        var wasTold = entry.State == EntityState.Modified && !(bool)entry.OriginalValues[nameof(IRevised.IsRemoved)]!;
        if (wasTold) Count(entry.Entity.Digest((long)entry.OriginalValues[nameof(IRevised.Revision)]!), -1);
        entry.Entity.Revision = counter.Revision;
        if (!entry.Entity.IsRemoved) Count(entry.Entity.Digest(counter.Revision), 1);
    }

    // Modulo 2^64, as the digest is.
    private void Count(ulong part, int sign)
    {
        counter.DigestEntries += sign;
        var sum = (ulong)counter.DigestSum;
        counter.DigestSum = unchecked((long)(sign > 0 ? sum + part : sum - part));
    }
}
