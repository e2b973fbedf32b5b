namespace Millrace.Core.Jobs;

/// <summary>What a caller's idempotency key stands for.</summary>
/// <param name="Id">The job that it made, or is making.</param>
/// <param name="PayloadHash">SHA-256 of all that the request asked for, lower-case hexadecimal.</param>
/// <param name="At">When the request that stands behind it began.</param>
/// <param name="Stage">How far that came.</param>
public sealed record IdempotencyEntry(Guid Id, string PayloadHash, DateTimeOffset At, IdempotencyStage Stage)
{
    /// <summary>How long a key stands for its job.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a request that began is believed to be under way. Then it crashed, and another of the same key goes on
    /// with its job.
    /// </summary>
    public static readonly TimeSpan TakeOverAfter = TimeSpan.FromSeconds(60);

    /// <summary>What becomes of a request with this key. Pure.</summary>
    /// <param name="payloadHash">What that request asks for.</param>
    /// <param name="now">By its edge's clock.</param>
    public IdempotencyVerdict Judge(string payloadHash, DateTimeOffset now)
    {
        if (now - At >= Lifetime) return IdempotencyVerdict.Lapsed;
        if (payloadHash != PayloadHash) return IdempotencyVerdict.Mismatch;
        return Stage switch
        {
            IdempotencyStage.Accepted => IdempotencyVerdict.Same,
            IdempotencyStage.Accepting when now - At < TakeOverAfter => IdempotencyVerdict.Wait,
            _ => IdempotencyVerdict.TakeOver,
        };
    }
}

/// <summary>How far a keyed request came. The numbers stand in stored entries.</summary>
public enum IdempotencyStage
{
    /// <summary>Its job is being stored; or its edge crashed within that.</summary>
    Accepting = 0,

    /// <summary>Its job was accepted: the ticket is in the queue.</summary>
    Accepted = 1,

    /// <summary>Its job was refused for a fault of ours; the next request of the key goes on with it at once.</summary>
    Refused = 2,
}

/// <summary>What becomes of a request whose key is known.</summary>
public enum IdempotencyVerdict
{
    /// <summary>It is the same request: its job is the answer.</summary>
    Same,

    /// <summary>The first is still being accepted: come again.</summary>
    Wait,

    /// <summary>The first did not come to its end: go on with its job.</summary>
    TakeOver,

    /// <summary>It asks for something else: refuse it.</summary>
    Mismatch,

    /// <summary>The key stands for nothing any more.</summary>
    Lapsed,
}
