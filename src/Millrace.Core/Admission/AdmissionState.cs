namespace Millrace.Core.Admission;

/// <summary>
/// What one edge knows of its own load; each method is one event: state and event in, state and verdict out. Times are
/// spans since any fixed moment and never go back. A request is one <see cref="Arrive"/> that was admitted, any number
/// of <see cref="Grow"/>, one <see cref="Finish"/> that gives back all its bytes.
/// </summary>
public readonly record struct AdmissionState
{
    /// <summary>Shortest wait told to a refused caller.</summary>
    public static readonly TimeSpan RetryAfterMin = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait told to a refused caller.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    /// <summary>How far back the rate of completion looks: what ended this long ago counts for 1/e.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    /// <summary>Share of the mean that a new conversion time replaces: one in so many.</summary>
    private const int MeanOver = 16;

    /// <summary>Requests admitted and not finished.</summary>
    public int InFlight { get; private init; }

    /// <summary>Bytes that they hold or have been promised.</summary>
    public long BytesHeld { get; private init; }

    /// <summary>Moving mean of conversion times; zero until the first.</summary>
    public TimeSpan MeanConversion { get; private init; }

    /// <summary>Finished requests, each fading with <see cref="Memory"/>, as of <see cref="FinishedAt"/>.</summary>
    private double FinishedLately { get; init; }

    private TimeSpan FinishedAt { get; init; }

    /// <summary>How long those in flight keep the lanes busy, by the mean.</summary>
    public TimeSpan ExpectedWait(AdmissionLimits limits) => MeanConversion * ((double)InFlight / limits.Lanes);

    /// <summary>A request arrives, its body unread.</summary>
    /// <param name="limits">What may be under way.</param>
    /// <param name="now">The time of the event.</param>
    /// <param name="bytes">What its body will hold; a first share when it does not say.</param>
    /// <param name="deadline">How long its caller waits.</param>
    public AdmissionStep Arrive(AdmissionLimits limits, TimeSpan now, long bytes, TimeSpan deadline)
    {
        if (InFlight >= limits.RequestsMax) return Refuse(AdmissionVerdict.RequestsFull, now);
        if (bytes > limits.BytesMax - BytesHeld) return Refuse(AdmissionVerdict.BytesFull, now);
        if (ExpectedWait(limits) > deadline) return Refuse(AdmissionVerdict.WaitTooLong, now);
        return Admit(this with { InFlight = InFlight + 1, BytesHeld = BytesHeld + bytes });
    }

    /// <summary>An admitted request's body turns out longer by some bytes.</summary>
    /// <param name="limits">What may be under way.</param>
    /// <param name="now">The time of the event.</param>
    /// <param name="bytes">How many more.</param>
    public AdmissionStep Grow(AdmissionLimits limits, TimeSpan now, long bytes) =>
        bytes > limits.BytesMax - BytesHeld
            ? Refuse(AdmissionVerdict.BytesFull, now)
            : Admit(this with { BytesHeld = BytesHeld + bytes });

    /// <summary>An admitted request has ended, whichever way.</summary>
    /// <param name="now">The time of the event.</param>
    /// <param name="bytes">All that it was granted.</param>
    /// <param name="converted">Time in kernels; zero when it reached none, which teaches nothing.</param>
    public AdmissionState Finish(TimeSpan now, long bytes, TimeSpan converted) => this with
    {
        InFlight = InFlight - 1,
        BytesHeld = BytesHeld - bytes,
        MeanConversion = Learn(converted),
        FinishedLately = Faded(now) + 1,
        FinishedAt = now,
    };

    /// <summary>An admitted request gives its place to another: nothing has ended, so nothing is learnt.</summary>
    /// <param name="bytes">All that it was granted.</param>
    public AdmissionState Leave(long bytes) => this with { InFlight = InFlight - 1, BytesHeld = BytesHeld - bytes };

    /// <summary>A request that had left keeps its place after all.</summary>
    /// <param name="bytes">All that it was granted.</param>
    public AdmissionState Return(long bytes) => this with { InFlight = InFlight + 1, BytesHeld = BytesHeld + bytes };

    /// <summary>
    /// When a refused caller should come again: the time in which those in flight end at the recent rate, whole seconds
    /// from <see cref="RetryAfterMin"/> to <see cref="RetryAfterMax"/>; the longest when nothing has ended lately.
    /// </summary>
    public TimeSpan RetryAfter(TimeSpan now)
    {
        var perSecond = Faded(now) / Memory.TotalSeconds;
        var seconds = Math.Ceiling(InFlight / perSecond);
        return TimeSpan.FromSeconds(Math.Clamp(
            double.IsNaN(seconds) ? 0 : seconds, RetryAfterMin.TotalSeconds, RetryAfterMax.TotalSeconds));
    }

    private static AdmissionStep Admit(AdmissionState state) => new(state, AdmissionVerdict.Admitted, TimeSpan.Zero);

    private AdmissionStep Refuse(AdmissionVerdict verdict, TimeSpan now) => new(this, verdict, RetryAfter(now));

    private TimeSpan Learn(TimeSpan converted)
    {
        if (converted <= TimeSpan.Zero) return MeanConversion;
        return MeanConversion == TimeSpan.Zero ? converted : MeanConversion + ((converted - MeanConversion) / MeanOver);
    }

    private double Faded(TimeSpan now) => FinishedLately * Math.Exp((FinishedAt - now) / Memory);
}
