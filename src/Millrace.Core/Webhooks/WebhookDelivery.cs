namespace Millrace.Core.Webhooks;

/// <summary>
/// What became of a job's message up to now: the delivery log that its tenant reads, and what senders know of earlier
/// tries. One object for each job, replaced after each try.
/// </summary>
public sealed record WebhookDelivery
{
    /// <summary>Tries that are kept, the latest.</summary>
    public const int LogMax = 24;

    /// <summary>The job's id, which is the delivery's.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The <c>webhook-id</c>.</summary>
    public required string MessageId { get; init; }

    /// <summary>The message's type, for example <c>job.succeeded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The endpoint's name; empty when there is none.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Where it stands.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Why it stands there, one sentence; empty while it waits and when it is delivered.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When its tries began: first, or with the last replay.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>Tries since then.</summary>
    public int Tries { get; init; }

    /// <summary>When it is tried next; null when it is not.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The latest tries, oldest first, at most <see cref="LogMax"/>.</summary>
    public IReadOnlyList<WebhookTry> Log { get; init; } = [];

    /// <summary>With one more try in the log.</summary>
    public WebhookDelivery With(WebhookTry one) => this with
    {
        Tries = Tries + 1,
        Log = [.. Log.Skip(Log.Count + 1 - LogMax), one],
    };
}

/// <summary>Where a message stands. The numbers stand in stored deliveries.</summary>
public enum DeliveryState
{
    /// <summary>It will be tried.</summary>
    Pending = 0,

    /// <summary>The receiver has it.</summary>
    Delivered = 1,

    /// <summary>It was given up; a replay begins anew.</summary>
    Failed = 2,
}

/// <summary>One try. What the receiver answered is not kept: it is nobody's business but the receiver's.</summary>
/// <param name="At">When it began.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Status">Of the answer; null when there was none.</param>
/// <param name="Reason">Why there was none, or what is wrong with the status; empty when it was delivered.</param>
public sealed record WebhookTry(DateTimeOffset At, long DurationMs, int? Status, string Reason);

/// <summary>A try that is to be made later, stored until then: a lease could not be held for so long.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Job">Of which job.</param>
/// <param name="At">When, to the millisecond.</param>
/// <param name="IsReplay">Whether the tenant asked for it: it is sent whatever came before.</param>
public sealed record WebhookDue(string Tenant, Guid Job, DateTimeOffset At, bool IsReplay);
