using Millrace.Core.Admission;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>
/// One request's place at the edge; disposing it gives the place and its bytes back. For one thread at a time, but for
/// <see cref="GiveUp"/>.
/// </summary>
internal sealed class Admitted(AdmissionGate gate, TenantLimits? plan, ImageLimits limits) : IDisposable
{
    private readonly CancellationTokenSource _shed = new();
    private Place? _place;
    private Caller _caller;
    private bool _finished;

    /// <summary>What its image may cost: the smaller of what its plan and the service allow.</summary>
    public ImageLimits Limits => limits;

    /// <summary>What its tenant may; null when only the service's own limits hold.</summary>
    public TenantLimits? Plan => plan;

    /// <summary>Cancelled when the place was taken away, for a tenant within its share of a full edge.</summary>
    public CancellationToken Shed => _shed.Token;

    /// <summary>
    /// Time that the request spent in kernels; set before disposing, so that the gate learns from it.
    /// </summary>
    public TimeSpan Converted { get; set; }

    /// <summary>Makes sure that this many bytes in all are granted; says why not.</summary>
    public Problem? Hold(long bytesTotal) =>
        bytesTotal <= _place!.Bytes ? null : gate.Grow(_place, bytesTotal - _place.Bytes);

    /// <summary>The lane is known, now that the image is; says why it may not go on there.</summary>
    public Problem? Take(Lane lane) => gate.Switch(_place!, lane, _caller);

    /// <summary>The place is the request's own until it ends; says why not, when it was taken away before.</summary>
    public Problem? Settle() => gate.Settle(_place!);

    /// <summary>
    /// Why the request really ended: what broke it off when its place was taken away counts for nothing.
    /// </summary>
    public Problem Reason(Problem otherwise) => _place!.IsShed ? gate.Settle(_place)! : otherwise;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_finished || _place is null) return;
        _finished = true;
        // Of a place that was taken away somebody may be cancelling the token at this moment.
        if (gate.Finish(_place, Converted)) _shed.Dispose();
    }

    internal void Begin(Place place, in Caller caller) => (_place, _caller) = (place, caller);

    /// <summary>The place is another's: whatever the request waits for ends, on a thread of its own.</summary>
    internal void GiveUp() => ThreadPool.UnsafeQueueUserWorkItem(
        static shed => shed.Cancel(), _shed, preferLocal: false);
}
