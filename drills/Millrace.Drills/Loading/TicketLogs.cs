using Millrace.Drills.History;
using Millrace.Region.Watch;

namespace Millrace.Drills.Loading;

/// <summary>Reads what edges and workers logged of tickets while a drill ran, into its history.</summary>
internal sealed class TicketLogs
{
    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(1);
    private readonly IReadOnlyList<(string Path, long From)> _logs;

    /// <summary>From now on.</summary>
    public TicketLogs(IEnumerable<string> paths) =>
        _logs = [.. paths.Select(path => (path, new FileInfo(path).Length))];

    /// <summary>Adds what has been written since.</summary>
    public void ReadInto(HistoryBook book)
    {
        foreach (var (path, from) in _logs)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Seek(from, SeekOrigin.Begin);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                // The last line of a process that was killed may be cut.
                if (line.EndsWith('}') && TicketTrace.Read(line) is { } trace && IsTimed(trace)) Add(book, trace);
            }
        }
    }

    // A log whose clock is wrong says nothing of an order.
    private static bool IsTimed(TicketTrace trace) =>
        trace.At <= TimeProvider.System.GetUtcNow() + AheadMax;

    private static void Add(HistoryBook book, TicketTrace trace) => book.AppendAt(
        new HistoryEntry
        {
            Process = "region",
            F = trace.Step is TicketStep.Leased ? Operation.Start : Operation.Enqueue,
            Type = trace.Step is TicketStep.Enqueueing ? EntryType.Invoke : EntryType.Ok,
            Key = trace.Job.ToString(),
            Tenant = trace.Tenant,
            Lane = trace.Lane,
            Deliveries = trace.Deliveries,
        },
        trace.At);
}
