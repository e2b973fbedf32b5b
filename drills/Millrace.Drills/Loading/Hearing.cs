using System.Collections.Concurrent;
using Millrace.Drills.History;
using Millrace.Region.Load;

namespace Millrace.Drills.Loading;

/// <summary>Writes down what receivers of webhooks are told, from its making until it is disposed.</summary>
internal sealed class Hearing : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private readonly WebhookEar _ear;
    private readonly HistoryBook _book;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, bool> _jobs = new();

    public Hearing(WebhookEar ear, HistoryBook book, TimeProvider time)
    {
        (_ear, _book, _time) = (ear, book, time);
        ear.MessageHeard += Hear;
    }

    /// <summary>Waits until each of some jobs was told of; what they came to is the judge's.</summary>
    /// <param name="jobs">Which.</param>
    /// <param name="limit">Gives up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilAsync(IEnumerable<string> jobs, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (wanted, start) = (jobs.ToList(), _time.GetTimestamp());
        while (!wanted.TrueForAll(_jobs.ContainsKey) && _time.GetElapsedTime(start) < limit)
            await Task.Delay(Look, _time, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _ear.MessageHeard -= Hear;

    private void Hear(HeardMessage message)
    {
        var isVerified = message.Job.Length > 0;
        _book.Append(new HistoryEntry
        {
            Process = "ear",
            F = Operation.Hear,
            Type = isVerified ? EntryType.Ok : EntryType.Fail,
            Key = message.Message,
            JobId = message.Job,
            Tenant = message.Receiver,
        });
        if (isVerified) _jobs[message.Job] = true;
    }
}
