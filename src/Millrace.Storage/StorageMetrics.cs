using System.Diagnostics.Metrics;
using Millrace.Core.Objects;

namespace Millrace.Storage;

/// <summary>
/// What the object store is asked to do and how that ends, for operators: meter <c>Millrace.Storage</c>.
/// </summary>
public sealed class StorageMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _retries;

    /// <summary>Makes the instruments.</summary>
    public StorageMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("Millrace.Storage");
        _duration = meter.CreateHistogram<double>(
            "millrace.storage.duration", "s", "How long a call took; of a get and a list until the first bytes.");
        _bytes = meter.CreateCounter<long>("millrace.storage.bytes", "By", "Bytes of objects, by direction.");
        _retries = meter.CreateCounter<long>("millrace.storage.retries", "{try}", "Further tries of calls.");
    }

    /// <summary>A call has ended.</summary>
    /// <param name="operation">put, get, head, list or delete.</param>
    /// <param name="outcome">One of <see cref="StorageOutcome"/>.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Ended(string operation, string outcome, TimeSpan elapsed) => _duration.Record(
        elapsed.TotalSeconds, new("operation", operation), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Bytes were stored.</summary>
    public void Written(long bytes) => _bytes.Add(bytes, new KeyValuePair<string, object?>("direction", "write"));

    /// <summary>A call is tried again.</summary>
    public void Retried() => _retries.Add(1);

    /// <summary>Bytes were asked for.</summary>
    public void Read(long bytes) => _bytes.Add(bytes, new KeyValuePair<string, object?>("direction", "read"));
}

/// <summary>How calls end, as the tag <c>outcome</c> says it.</summary>
public static class StorageOutcome
{
    /// <summary>Done.</summary>
    public const string Done = "done";

    /// <summary>A put found an object of that name.</summary>
    public const string Exists = "exists";

    /// <summary>There is no such object.</summary>
    public const string Absent = "absent";

    /// <summary>The caller gave up, or its content was not as long as it said.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>The store failed.</summary>
    public static string Of(ObjectStoreFault fault) => fault switch
    {
        ObjectStoreFault.Full => "full",
        ObjectStoreFault.Refused => "refused",
        ObjectStoreFault.Broken => "broken",
        _ => "unavailable",
    };
}
