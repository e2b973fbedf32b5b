using Microsoft.Extensions.Options;
using Millrace.Core.Admission;

namespace Millrace.Edge.Admission;

/// <summary>
/// The one place at an edge where <see cref="AdmissionState"/> changes; safe for any number of threads.
/// </summary>
internal sealed class AdmissionGate(IOptions<AdmissionOptions> options, TimeProvider time)
{
    private readonly AdmissionLimits _limits =
        new(options.Value.RequestsMax, options.Value.BytesMax, options.Value.Lanes);

    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private AdmissionState _state;

    /// <summary>A snapshot, for gauges.</summary>
    public AdmissionState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>Takes a request in, or says why not and when to come again.</summary>
    /// <param name="bytes">What its body will hold.</param>
    /// <param name="deadline">How long its caller waits.</param>
    /// <param name="step">The verdict.</param>
    /// <returns>What to dispose when the request ends; null when refused.</returns>
    public Admitted? Enter(long bytes, TimeSpan deadline, out AdmissionStep step)
    {
        lock (_lock)
        {
            step = _state.Arrive(_limits, Now(), bytes, deadline);
            _state = step.State;
        }
        return step.Verdict == AdmissionVerdict.Admitted ? new Admitted(this, bytes) : null;
    }

    /// <summary>When a caller who was refused behind the gate should come again.</summary>
    public TimeSpan RetryAfter() => State.RetryAfter(Now());

    internal AdmissionStep Grow(long bytes)
    {
        lock (_lock)
        {
            var step = _state.Grow(_limits, Now(), bytes);
            _state = step.State;
            return step;
        }
    }

    internal void Finish(long bytes, TimeSpan converted)
    {
        lock (_lock) _state = _state.Finish(Now(), bytes, converted);
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);
}

/// <summary>
/// One request's place at the edge; disposing it gives the place and its bytes back. For one thread at a time.
/// </summary>
internal sealed class Admitted(AdmissionGate gate, long bytes) : IDisposable
{
    private long _bytes = bytes;
    private bool _finished;

    /// <summary>
    /// Time that the request spent in kernels; set before disposing, so that the gate learns from it.
    /// </summary>
    public TimeSpan Converted { get; set; }

    /// <summary>Makes sure that this many bytes in all are granted.</summary>
    public AdmissionStep Hold(long bytesTotal)
    {
        if (bytesTotal <= _bytes) return default;
        var step = gate.Grow(bytesTotal - _bytes);
        if (step.Verdict == AdmissionVerdict.Admitted) _bytes = bytesTotal;
        return step;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_finished) return;
        _finished = true;
        gate.Finish(_bytes, Converted);
    }
}
