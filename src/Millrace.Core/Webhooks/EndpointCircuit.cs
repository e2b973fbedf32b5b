namespace Millrace.Core.Webhooks;

/// <summary>
/// Whether an endpoint that keeps failing is tried at all for now. One sender's own view, in memory: it keeps a dead
/// receiver from holding the places of others. Pure: state in, state out.
/// </summary>
/// <param name="Failures">One after the other, up to now.</param>
/// <param name="OpenUntil">Until when nothing is sent; null while it is closed.</param>
/// <param name="IsProbing">Whether the one try that may close it again is under way.</param>
public readonly record struct EndpointCircuit(int Failures, DateTimeOffset? OpenUntil, bool IsProbing)
{
    /// <summary>Failures in a row that open it.</summary>
    public const int FailuresMax = 5;

    /// <summary>How long it is open first; twice as long after each probe that failed.</summary>
    public static readonly TimeSpan OpenFirst = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for which it is open.</summary>
    public static readonly TimeSpan OpenMax = TimeSpan.FromMinutes(10);

    private const int DoublingsMax = 5;

    /// <summary>
    /// Whether a message may go now; if so, call <see cref="After"/> or <see cref="Abandoned"/> then.
    /// </summary>
    public (bool May, EndpointCircuit Next) Enter(DateTimeOffset now)
    {
        if (OpenUntil is not { } until) return (true, this);
        return now < until || IsProbing ? (false, this) : (true, this with { IsProbing = true });
    }

    /// <summary>How long a message that may not go waits, at least a second.</summary>
    public TimeSpan Wait(DateTimeOffset now)
    {
        var left = (OpenUntil ?? now) - now;
        return left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
    }

    /// <summary>The circuit after a try.</summary>
    /// <param name="isDelivered">What it came to.</param>
    /// <param name="now">When.</param>
    public EndpointCircuit After(bool isDelivered, DateTimeOffset now)
    {
        if (isDelivered) return default;
        // A try that began before it opened tells nothing new.
        if (OpenUntil is not null && !IsProbing) return this;
        var failures = Math.Min(Failures + 1, FailuresMax + DoublingsMax);
        if (failures < FailuresMax) return new(failures, null, false);
        var open = OpenFirst * (1 << (failures - FailuresMax));
        return new(failures, now + (open < OpenMax ? open : OpenMax), false);
    }

    /// <summary>The circuit after a try that was broken off by ourselves.</summary>
    public EndpointCircuit Abandoned() => this with { IsProbing = false };
}
