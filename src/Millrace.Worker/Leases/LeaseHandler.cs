using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Worker.Edges;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>
/// Takes one lease from hand to completion or release: drops it when it is late, fetches its bytes, has them converted,
/// and gives the outcome to whoever waits. Safe for any number of threads.
/// </summary>
internal sealed partial class LeaseHandler(
    KernelPool pool, ImageTurns turns, PoisonWitness witness, WorkerCredit credit, WorkerSelf self, EdgeClocks clocks,
    EdgeCalls edge, LeaseMetrics metrics, Jitter jitter, IOptions<LeaseOptions> options,
    TimeProvider time, ILogger<LeaseHandler> logger, WorkDurable? durable = null)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // A ticket whose time is up by its own word still gets the question to its edge, as the clocks may differ.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForeignTold = TimeSpan.FromMinutes(1);

    // One image more than there are kernels may have its bytes here: it goes on as soon as a kernel is free.
    private readonly LaneGate _hands = new(pool.Concurrency + 1);
    private readonly LeaseOptions _options = options.Value;
    private readonly Lock _lock = new();
    private long? _foreignToldAt;

    /// <summary>Handles one lease; ends it exactly once.</summary>
    /// <param name="lease">As the queue gave it.</param>
    /// <param name="stopping">Gives the lease back unless a kernel holds its image.</param>
    public async Task HandleAsync(ILease lease, CancellationToken stopping)
    {
        credit.Refresh();
        var end = await EndAsync(lease, stopping);
        if (end.Delay is { } delay) await lease.ReleaseAsync(delay);
        else if (!await lease.CompleteAsync()) LogLeaseLost(lease.Ticket.Id);
        metrics.Ended(lease.Ticket.Lane, end.Outcome);
    }

    /// <summary>What becomes of a lease that this build failed on: a bug must not go round for ever.</summary>
    public async Task GiveBackAsync(ILease lease)
    {
        var isDurable = lease.Ticket.Lane.IsDurable();
        if (!isDurable) await edge.GiveUpAsync(lease.Ticket);

        // A durable one is dropped by nobody: its queue parks it after so many deliveries.
        var end = isDurable
            ? LeaseEnd.Release(LeaseOutcome.Faulted, jitter.Of(_options.ForeignDelay))
            : ReleaseOrDrop(lease, _options.UnreachableDelay) with { Outcome = LeaseOutcome.Faulted };
        if (end.Delay is { } delay) await lease.ReleaseAsync(delay);
        else await lease.CompleteAsync();
        metrics.Ended(lease.Ticket.Lane, end.Outcome);
    }

    private async Task<LeaseEnd> EndAsync(ILease lease, CancellationToken stopping)
    {
        var ticket = lease.Ticket;
        if (ticket.Lane == Lane.Bulk && durable is not null) return await durable(lease, stopping);
        if (ticket.Lane.IsDurable()) return Foreign(ticket.Lane);
        var left = clocks.Left(ticket);
        if (left <= TimeSpan.Zero) return LeaseEnd.Complete(LeaseOutcome.Expired);
        using var deadline = new CancellationTokenSource(Bounded(left ?? ticket.Remaining), time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        var mayGoBack = lease.Deliveries < _options.DeliveriesMax;
        using var patience = new TurnPatience(mayGoBack ? _options.TurnPatience : null, time, wait.Token);
        using var image = new LeasedImage(ticket, PoisonCase.Of(lease, self.Build), credit) { Patience = patience };
        try
        {
            return await WorkAsync(lease, image, deadline, wait.Token);
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            if (image.IsClaimed) await edge.GiveUpAsync(ticket);
            return LeaseEnd.Release(LeaseOutcome.Released, TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            return LeaseEnd.Complete(LeaseOutcome.Expired);
        }
    }

    private async Task<LeaseEnd> WorkAsync(
        ILease lease, LeasedImage image, CancellationTokenSource deadline, CancellationToken wait)
    {
        // When it may not go back again its caller is told that the line is full: by its edge, which must know of it.
        if (!await EnterAsync(image, wait) && lease.Deliveries < _options.DeliveriesMax)
            return LeaseEnd.Release(LeaseOutcome.Released, jitter.Of(_options.UnreachableDelay));
        image.Patience?.Pause();
        var fetch = await edge.FetchAsync(lease.Ticket, wait);
        image.Patience?.Resume();
        if (fetch.Fetched is not { } fetched) return Unfetched(lease, fetch.IsHopeless);
        ConversionOutcome? outcome;
        using (fetched)
        {
            if (fetched.Answer != FetchAnswer.Granted) return Refused(fetched.Answer);
            image.IsClaimed = true;
            clocks.Heard(lease.Ticket.Source, lease.Ticket.Deadline - fetched.Remaining);
            deadline.CancelAfter(Bounded(fetched.Remaining));
            outcome = await ConvertAsync(image, fetched, wait);
        }
        if (outcome is null)
        {
            await edge.GiveUpAsync(lease.Ticket);
            return LeaseEnd.Release(LeaseOutcome.Released, TimeSpan.Zero);
        }
        if (outcome.Failure == ConversionFailure.QueueFull && lease.Deliveries < _options.DeliveriesMax)
        {
            // The line of quarantine kernels is full here; another worker's may not be.
            await edge.GiveUpAsync(lease.Ticket);
            return LeaseEnd.Release(LeaseOutcome.Released, jitter.Of(_options.UnreachableDelay));
        }
        image.LeaveKernels();
        using (outcome.Image) return await DeliverAsync(lease.Ticket, outcome, deadline.Token);
    }

    // A suspect waits for its quarantine kernel before it fetches: the line is longer than the bytes of it should be.
    // One that was acquitted meanwhile needs none.
    private async Task<bool> EnterAsync(LeasedImage image, CancellationToken wait)
    {
        if (witness.Judge(image.Case) == PoisonVerdict.Suspect)
        {
            image.Patience?.Pause();
            if (!await image.QuarantineAsync(pool.Quarantine, wait)) return false;
            if (witness.Judge(image.Case) != PoisonVerdict.Clear) return true;
            image.LeaveQuarantine();
            image.Patience?.Resume();
        }
        image.Take(await _hands.EnterAsync(image.Ticket.Lane, image.Patience?.Token ?? wait));
        return true;
    }

    private async Task<ConversionOutcome?> ConvertAsync(LeasedImage image, Fetched fetched, CancellationToken wait)
    {
        var parsing = TransformParser.Parse(image.Ticket.Transform);
        if (parsing.Transform is not { Format: not OutputFormat.Auto } transform)
        {
            LogNoTransform(image.Ticket.Id);
            return ConversionOutcome.Of(
                ConversionFailure.TransformImpossible, "What is to be done with the image cannot be read.");
        }
        image.Request = new ConversionRequest(fetched.Source, transform, fetched.Watermark);
        return await turns.ConvertAsync(image, wait);
    }

    private async Task<LeaseEnd> DeliverAsync(
        Ticket ticket, ConversionOutcome outcome, CancellationToken deadline)
    {
        var taken = await edge.DeliverAsync(ticket, outcome, deadline);
        if (!taken) return LeaseEnd.Complete(LeaseOutcome.Gone);
        return LeaseEnd.Complete(outcome.Failure switch
        {
            null => LeaseOutcome.Converted,
            ConversionFailure.Quarantined => LeaseOutcome.Quarantined,
            >= ConversionFailure.QueueFull => LeaseOutcome.Faulted,
            _ => LeaseOutcome.Failed,
        });
    }

    private LeaseEnd Refused(FetchAnswer answer) => answer switch
    {
        FetchAnswer.Taken => LeaseEnd.Complete(LeaseOutcome.Taken),
        FetchAnswer.Later => LeaseEnd.Release(LeaseOutcome.Later, jitter.Of(_options.LaterDelay)),
        _ => LeaseEnd.Complete(LeaseOutcome.Gone),
    };

    // An edge that refuses connections is dead, and its callers with it; one that hangs may come back.
    private LeaseEnd Unfetched(ILease lease, bool isHopeless) => isHopeless
        ? LeaseEnd.Complete(LeaseOutcome.Gone)
        : ReleaseOrDrop(lease, _options.UnreachableDelay);

    private LeaseEnd ReleaseOrDrop(ILease lease, TimeSpan delay)
    {
        if (lease.Deliveries < _options.DeliveriesMax)
            return LeaseEnd.Release(LeaseOutcome.Released, jitter.Of(delay));
        LogDropped(lease.Ticket.Id, lease.Deliveries);
        return LeaseEnd.Complete(LeaseOutcome.Gone);
    }

    private LeaseEnd Foreign(Lane lane)
    {
        bool tell;
        lock (_lock)
        {
            tell = _foreignToldAt is not { } told || time.GetElapsedTime(told) >= ForeignTold;
            if (tell) _foreignToldAt = time.GetTimestamp();
        }
        if (tell) LogForeign(lane.Name(), _options.ForeignDelay);
        return LeaseEnd.Release(LeaseOutcome.Released, jitter.Of(_options.ForeignDelay));
    }

    private static TimeSpan Bounded(TimeSpan wait) =>
        wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait;

    [LoggerMessage(2010, LogLevel.Warning,
        "This build does not work on the lane {Lane}: its tickets go back for {Delay} each (told once a minute)")]
    private partial void LogForeign(string lane, TimeSpan delay);

    [LoggerMessage(2011, LogLevel.Warning, "Ticket {Ticket} has a transform that cannot be read")]
    private partial void LogNoTransform(Guid ticket);

    [LoggerMessage(2012, LogLevel.Warning,
        "Ticket {Ticket} is dropped after {Deliveries} deliveries: its edge could not be reached in any")]
    private partial void LogDropped(Guid ticket, int deliveries);

    [LoggerMessage(2013, LogLevel.Debug, "The lease of ticket {Ticket} was lost before it was completed")]
    private partial void LogLeaseLost(Guid ticket);
}
