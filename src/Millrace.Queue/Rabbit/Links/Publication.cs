using RabbitMQ.Client;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>How one try to publish ended.</summary>
internal enum PublishEnd
{
    /// <summary>A majority has it on disk.</summary>
    Stored,

    /// <summary>The broker refused it: the queue is full, or has no leader. It is not stored.</summary>
    Refused,

    /// <summary>
    /// As many wait on the node's channels as may, or every node is short of memory or disk. It is not stored.
    /// </summary>
    Crowded,

    /// <summary>There is no such queue. It is not stored.</summary>
    Unrouted,

    /// <summary>It was not written to the node. It is not stored.</summary>
    Unsent,

    /// <summary>The channel was lost with it, or the confirm is late: it may be stored or not.</summary>
    Unknown,
}

/// <summary>A message on its way into a queue, over as many tries as it takes.</summary>
internal sealed class Publication(string queue, int home, string id, ReadOnlyMemory<byte> body)
{
    private volatile bool _isOver;
    private volatile PublishTry? _stored;
    private PublishTry? _current;

    /// <summary>The queue's name.</summary>
    public string Queue { get; } = queue;

    /// <summary>The node to begin with, by its index; equal for all of a queue.</summary>
    public int Home { get; } = home;

    /// <summary>What a return is known by.</summary>
    public string Id { get; } = id;

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>Whether nobody waits any more: a try that was not written yet is left out.</summary>
    public bool IsOver => _isOver;

    /// <summary>Why a message is parked; null for all others.</summary>
    public string? Reason { get; init; }

    /// <summary>Tries so far.</summary>
    public int Tries { get; private set; }

    /// <summary>
    /// Fresh for each try, as the client writes into them. The header table is there so that the client makes none.
    /// </summary>
    public BasicProperties Properties()
    {
        var headers = new Dictionary<string, object?>();
        if (Reason is not null) headers["x-millrace-reason"] = Reason;
        return new BasicProperties { Persistent = true, MessageId = Id, Headers = headers };
    }

    /// <summary>The next try; an earlier one may still store it.</summary>
    public PublishTry Next()
    {
        Tries++;
        var next = new PublishTry(this);
        Volatile.Write(ref _current, next);
        if (_stored is not null) next.Settle(PublishEnd.Stored);
        return next;
    }

    /// <summary>Nobody waits any more.</summary>
    public void Over() => _isOver = true;

    // Whichever try stores it ends the wait for the current one.
    internal void Ended(PublishTry ended, PublishEnd end)
    {
        if (end != PublishEnd.Stored) return;
        _stored = ended;
        if (Volatile.Read(ref _current) is { } current && current != ended) current.Settle(PublishEnd.Stored);
    }
}

/// <summary>One try to publish on one node.</summary>
internal sealed class PublishTry(Publication publication)
{
    private readonly TaskCompletionSource<PublishEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is published.</summary>
    public Publication Publication { get; } = publication;

    /// <summary>How it ended.</summary>
    public Task<PublishEnd> End => _end.Task;

    /// <summary>When it was written, in the time's own ticks.</summary>
    public long WrittenAt { get; set; }

    /// <summary>Whether the node sent it back: there is no such queue.</summary>
    public bool IsReturned { get; set; }

    /// <summary>Ends the try; the first end counts.</summary>
    public void Finish(PublishEnd end)
    {
        Settle(end);
        Publication.Ended(this, end);
    }

    internal void Settle(PublishEnd end) => _end.TrySetResult(end);
}
