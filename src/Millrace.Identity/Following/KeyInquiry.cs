using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Following;

/// <summary>
/// Asks management for a key that is not known here: it may be too new to have come with the changes. A key does not
/// tell its age, so any unknown one may be; what is limited is how many are asked for, and each is asked for once by
/// all who come with it.
/// </summary>
public sealed class KeyInquiry
{
    private readonly IIdentityFeed _feed;
    private readonly IdentityReader _reader;
    private readonly KnownTenants _known;
    private readonly IdentityMetrics _metrics;
    private readonly IdentityOptions _options;
    private readonly TimeProvider _time;
    private readonly AskBudget _budget;
    private readonly RecentKeys _unknown;
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHash, Task> _asking = [];
    private readonly long _start;

    internal KeyInquiry(
        IIdentityFeed feed, IdentityReader reader, KnownTenants known, IdentityMetrics metrics,
        IOptions<IdentityOptions> options, TimeProvider time)
    {
        (_feed, _reader, _known, _metrics, _time) = (feed, reader, known, metrics, time);
        _options = options.Value;
        _start = time.GetTimestamp();
        _budget = new AskBudget(1, _options.AsksPerSecond, _options.AsksAtOnce, seed: 0);
        _unknown = new RecentKeys(_options.UnknownMax, _options.UnknownKeep);
    }

    /// <summary>
    /// Returns when management has been asked, or will not be; what it told is then in the table. Takes
    /// <see cref="IdentityOptions.AskTimeout"/> at most, and fails for nobody.
    /// </summary>
    /// <param name="hash">Of a key that is not in the table.</param>
    /// <param name="cancellationToken">Gives up waiting; the asking goes on for others.</param>
    public Task AskAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_asking.TryGetValue(hash, out var task)) return task.WaitAsync(cancellationToken);
            if (Refusal(hash) is { } refusal)
            {
                _metrics.Asked(refusal);
                return Task.CompletedTask;
            }
            task = AskAsync(hash);
            if (!task.IsCompleted) _asking[hash] = task;
            return task.WaitAsync(cancellationToken);
        }
    }

    private string? Refusal(KeyHash hash)
    {
        if (_unknown.Has(hash, Now())) return "remembered";
        var isRoom = _asking.Count < _options.AsksAtOnce && _budget.Take(0, Now()) == TimeSpan.Zero;
        return isRoom ? null : "shed";
    }

    private async Task AskAsync(KeyHash hash)
    {
        using var timeout = new CancellationTokenSource(_options.AskTimeout, _time);
        var outcome = "failed";
        try
        {
            // A feed that does not heed its token holds nobody up.
            var entries = await _feed.FindKeyAsync(_reader, hash, timeout.Token).AsTask().WaitAsync(timeout.Token);
            if (entries.Count > 0) _known.Table?.Learn(entries);
            outcome = entries.Count > 0 ? "found" : "unknown";
        }
        catch (Exception exception) when (exception is IdentityFeedException or OperationCanceledException)
        {
            // Who is not told is treated as who is told of nothing; the key comes with the changes if there is one.
        }
        finally
        {
            lock (_lock)
            {
                if (outcome != "found") _unknown.Add(hash, Now());
                _asking.Remove(hash);
            }
            _metrics.Asked(outcome);
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(_start);
}

/// <summary>Keys that were asked for lately, at most so many: the oldest go first. Not safe for threads.</summary>
internal sealed class RecentKeys(int keysMax, TimeSpan keep)
{
    private readonly Dictionary<KeyHash, TimeSpan> _at = [];
    private readonly Queue<(KeyHash Hash, TimeSpan At)> _order = new();

    public bool Has(KeyHash hash, TimeSpan now) => _at.TryGetValue(hash, out var at) && now - at < keep;

    public void Add(KeyHash hash, TimeSpan now)
    {
        _at[hash] = now;
        _order.Enqueue((hash, now));
        while (_order.Count > keysMax || (_order.TryPeek(out var oldest) && now - oldest.At >= keep))
        {
            var (gone, at) = _order.Dequeue();
            // Asked for again since, it stands further back too.
            if (_at.TryGetValue(gone, out var last) && last == at) _at.Remove(gone);
        }
    }
}
