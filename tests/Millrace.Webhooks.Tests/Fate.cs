using System.Runtime.CompilerServices;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;

namespace Millrace.Webhooks.Tests;

/// <summary>Counts the steps of a life, and ends it at one of them, before the step or after it.</summary>
internal sealed class Fate(int at, bool after)
{
    private int _steps;

    public int Steps => _steps;

    public bool HasStruck { get; private set; }

    public async Task<T> StepAsync<T>(Func<Task<T>> step)
    {
        var isMine = ++_steps == at && !HasStruck;
        if (isMine && !after) Strike();
        var done = await step();
        if (isMine) Strike();
        return done;
    }

    public Task StepAsync(Func<Task> step) => StepAsync(async () =>
    {
        await step();
        return true;
    });

    private void Strike()
    {
        HasStruck = true;
        throw new CrashException();
    }
}

/// <summary>The process is killed here.</summary>
internal sealed class CrashException() : Exception("Killed.");

/// <summary>A store whose calls are steps.</summary>
internal sealed class CrashingStore(IObjectStore inner, Fate fate) : IObjectStore
{
    public Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken) =>
        fate.StepAsync(() => inner.PutAsync(key, content, length, mode, cancellationToken));

    public Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken) =>
        fate.StepAsync(() => inner.GetAsync(key, range, cancellationToken));

    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        fate.StepAsync(() => inner.HeadAsync(key, cancellationToken));

    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await fate.StepAsync(() => Task.CompletedTask);
        await foreach (var head in inner.ListAsync(prefix, after, cancellationToken)) yield return head;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        fate.StepAsync(() => inner.DeleteAsync(key, cancellationToken));
}

/// <summary>A queue whose calls are steps, the completion of its leases too.</summary>
internal sealed class CrashingQueue(IJobQueue inner, Fate fate) : IJobQueue
{
    public IReadOnlyList<CellHealth> Health => inner.Health;

    public Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken) =>
        fate.StepAsync(() => inner.EnqueueAsync(ticket, cancellationToken));

    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var lease in inner.LeaseAsync(lanes, credit, cancellationToken))
            yield return new CrashingLease(lease, fate);
    }

    private sealed class CrashingLease(ILease inner, Fate fate) : ILease
    {
        public Ticket Ticket => inner.Ticket;

        public int Deliveries => inner.Deliveries;

        public ValueTask<bool> CompleteAsync() => new(fate.StepAsync(() => inner.CompleteAsync().AsTask()));

        public ValueTask ReleaseAsync(TimeSpan delay) => inner.ReleaseAsync(delay);
    }
}
