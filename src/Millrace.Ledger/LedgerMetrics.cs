using System.Diagnostics.Metrics;

namespace Millrace.Ledger;

/// <summary>
/// What the usage ledger is asked to do and how that ends, for operators: meter <c>Millrace.Ledger</c>.
/// </summary>
public sealed class LedgerMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _retries;

    /// <summary>Makes the instruments.</summary>
    public LedgerMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("Millrace.Ledger");
        _duration = meter.CreateHistogram<double>(
            "millrace.ledger.duration", "s", "How long a put took, its tries together, by operation and outcome.");
        _rows = meter.CreateCounter<long>("millrace.ledger.rows", "{row}", "Rows stored, by operation.");
        _retries = meter.CreateCounter<long>("millrace.ledger.retries", "{try}", "Further tries of requests.");
    }

    /// <summary>A put has ended.</summary>
    /// <param name="operation">batch or epoch.</param>
    /// <param name="outcome">done, failed or abandoned.</param>
    /// <param name="rows">Rows that it has, or would have, stored.</param>
    /// <param name="elapsed">How long it took.</param>
    internal void Ended(string operation, string outcome, int rows, TimeSpan elapsed)
    {
        var tag = new KeyValuePair<string, object?>("operation", operation);
        _duration.Record(elapsed.TotalSeconds, tag, new KeyValuePair<string, object?>("outcome", outcome));
        if (outcome == "done") _rows.Add(rows, tag);
    }

    /// <summary>A request is made again.</summary>
    internal void Retried() => _retries.Add(1);
}
