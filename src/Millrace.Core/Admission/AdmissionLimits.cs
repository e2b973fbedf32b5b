namespace Millrace.Core.Admission;

/// <summary>What may be under way at once at one edge.</summary>
/// <param name="RequestsMax">Requests between admission and the end of their answer. At least 1.</param>
/// <param name="BytesMax">Bytes of request bodies held or promised by Content-Length. At least 1.</param>
/// <param name="Lanes">Conversions that run side by side, so that an expected wait can be told. At least 1.</param>
public readonly record struct AdmissionLimits(int RequestsMax, long BytesMax, int Lanes);

/// <summary>Whether a request may go on, and if not, why.</summary>
public enum AdmissionVerdict
{
    /// <summary>It may.</summary>
    Admitted,

    /// <summary>As many requests are under way as may be.</summary>
    RequestsFull,

    /// <summary>Its body does not fit beside those already held.</summary>
    BytesFull,

    /// <summary>Those before it would take longer than its deadline.</summary>
    WaitTooLong,

    /// <summary>It had a place, which a tenant within its share needed more.</summary>
    Shed,

    /// <summary>Its tenant has as many conversions under way in the lane as it may: the tenant's own limit.</summary>
    LaneFull,
}

/// <summary>The outcome of one step.</summary>
/// <param name="State">The state after it; unchanged when refused.</param>
/// <param name="Verdict">Admitted or why not.</param>
/// <param name="RetryAfter">When to come again, whole seconds, 1 to 30; zero when admitted.</param>
public readonly record struct AdmissionStep(AdmissionState State, AdmissionVerdict Verdict, TimeSpan RetryAfter);
