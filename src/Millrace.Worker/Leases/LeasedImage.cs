using Millrace.Core.Conversions;
using Millrace.Core.Tickets;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>What is known of one leased image, and the place that it holds. Used by one caller at a time.</summary>
internal sealed class LeasedImage(Ticket ticket, PoisonCase judged, WorkerCredit credit) : IDisposable
{
    private LanePlace? _hand;
    private bool _keepsHand;
    private QuarantinePlace? _quarantine;
    private Task _keepsQuarantine = Task.CompletedTask;
    private bool _elsewhere;

    public Ticket Ticket { get; } = ticket;

    public PoisonCase Case { get; } = judged;

    /// <summary>Bytes and transform, once fetched.</summary>
    public ConversionRequest? Request { get; set; }

    /// <summary>
    /// Called when a kernel gets the image now, instead of telling its edge: a durable job has none. Null: tells it.
    /// </summary>
    public Func<Task>? Starting { get; init; }

    /// <summary>Whether it is so soon done that quick work may wait for it, although its lane is slow.</summary>
    public bool IsBrief { get; set; }

    /// <summary>Ends its waits for an ordinary kernel; null: its caller's end does.</summary>
    public TurnPatience? Patience { get; init; }

    /// <summary>Whether its edge holds it for this worker.</summary>
    public bool IsClaimed { get; set; }

    /// <summary>Waited for a kernel.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>In kernels, all attempts together.</summary>
    public TimeSpan Converted { get; set; }

    /// <summary>Kernels that held it.</summary>
    public int Attempts { get; set; }

    /// <summary>The latest death that it caused; null when none.</summary>
    public KernelDeath? Death { get; set; }

    /// <summary>Whether it has a place in the line of quarantine kernels.</summary>
    public bool IsQuarantined => _quarantine is not null;

    public ConversionTiming Timing => new(Queued, Converted, Attempts);

    /// <summary>It is one of those whose bytes may be here.</summary>
    public void Take(LanePlace hand) => _hand = hand;

    /// <summary>
    /// The same, of a place that others of its job use after it: it is left only for a quarantine kernel's.
    /// </summary>
    public void Borrow(LanePlace hand) => (_hand, _keepsHand) = (hand, true);

    /// <summary>Waits for a quarantine kernel's place; its place among the others is free at once.</summary>
    /// <returns>False when the line is full.</returns>
    public async Task<bool> QuarantineAsync(QuarantineLine line, CancellationToken cancellationToken)
    {
        LeaveOthers();
        _quarantine ??= await line.EnterAsync(cancellationToken);
        return IsQuarantined;
    }

    /// <summary>It needs no quarantine kernel, as what was held against it was lifted.</summary>
    public void LeaveQuarantine()
    {
        _quarantine?.Dispose();
        _quarantine = null;
        if (_elsewhere) credit.Return();
        _elsewhere = false;
    }

    /// <summary>
    /// Its place in the line goes to the next one then at the earliest: one that asks for the same is judged by its
    /// success.
    /// </summary>
    public void KeepQuarantineUntil(Task known) => _keepsQuarantine = known;

    /// <summary>It needs no kernel any more.</summary>
    public void LeaveKernels()
    {
        LeaveOthers();
        _ = EndQuarantineAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_keepsHand) _hand?.Dispose();
        _ = EndQuarantineAsync();
        if (_elsewhere) credit.Return();
        _elsewhere = false;
    }

    private async Task EndQuarantineAsync()
    {
        await _keepsQuarantine;
        _quarantine?.Dispose();
    }

    private void LeaveOthers()
    {
        _hand?.Dispose();
        if (!_elsewhere) credit.Leave();
        _elsewhere = true;
    }
}
