namespace Millrace.Drills.History;

/// <summary>One line of a history: an operation of a client begins or ends, or the harness saw something.</summary>
internal sealed record HistoryEntry
{
    /// <summary>Place in the history, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Nanoseconds since the history began, on one monotonic clock.</summary>
    public long TNs { get; init; }

    /// <summary>Who: a client, one operation at a time each, or the nemesis.</summary>
    public string Process { get; init; } = "";

    /// <summary>What: a value of <see cref="Operation"/>.</summary>
    public string F { get; init; } = "";

    /// <summary>Of a job its idempotency key, of a conversion the image, of a fault its name.</summary>
    public string Key { get; init; } = "";

    public EntryType Type { get; init; }

    public string Tenant { get; init; } = "";

    public string Lane { get; init; } = "";

    public string JobId { get; init; } = "";

    /// <summary>HTTP status of a request, state of a job that was looked at.</summary>
    public string Status { get; init; } = "";

    /// <summary>Of the bytes of a result, or of what may never change of an outcome.</summary>
    public string Sha256 { get; init; } = "";

    public string Error { get; init; } = "";

    /// <summary>What was to be converted, and to what: the oracle's key.</summary>
    public string Image { get; init; } = "";

    /// <summary>Results that it costs, or that were billed.</summary>
    public long Units { get; init; }

    /// <summary>Bytes of its sources, sent or billed.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes of its results, got or billed.</summary>
    public long BytesOut { get; init; }

    /// <summary>Of a ticket: how many times it had been handed out.</summary>
    public int Deliveries { get; init; }
}
