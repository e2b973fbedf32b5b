namespace Millrace.Core.Promises;

/// <summary>
/// Counts by equal stretches of time, of which the newest few are kept. Pure; bounded by its length. Times do not go
/// back: what comes from before the oldest stretch that is kept is dropped.
/// </summary>
/// <param name="stretch">Length of one stretch; each begins at a multiple of it since year 1.</param>
/// <param name="length">How many are kept.</param>
internal sealed class AnswerRing(TimeSpan stretch, int length)
{
    private readonly Slot[] _slots = new Slot[length];
    private long _newest = -1;

    /// <summary>Adds to the stretch in which a moment falls.</summary>
    public void Add(DateTimeOffset at, AnswerCounts counts)
    {
        var index = IndexOf(at);
        if (index > _newest) _newest = index;
        if (index <= _newest - length) return;
        ref var slot = ref _slots[index % length];
        slot = slot.Index == index ? slot with { Counts = slot.Counts.Plus(counts) } : new(index, counts);
    }

    /// <summary>Adds one answer to the stretch in which a moment falls.</summary>
    public void Add(DateTimeOffset at, AnswerKind kind) => Add(at, default(AnswerCounts).With(kind));

    /// <summary>When the window begins: at the stretch that many whole ones before the present one.</summary>
    public DateTimeOffset Begin(TimeSpan window, DateTimeOffset now) =>
        At(IndexOf(now) - (window.Ticks / stretch.Ticks));

    /// <summary>All from the beginning of the window to now.</summary>
    public AnswerCounts Sum(TimeSpan window, DateTimeOffset now)
    {
        var (first, last) = (IndexOf(Begin(window, now)), IndexOf(now));
        var sum = default(AnswerCounts);
        foreach (var slot in _slots)
        {
            if (slot.Index >= first && slot.Index <= last) sum = sum.Plus(slot.Counts);
        }
        return sum;
    }

    /// <summary>The stretches that have counts and are kept at this time, the oldest first.</summary>
    public IEnumerable<(DateTimeOffset From, AnswerCounts Counts)> Kept(DateTimeOffset now) => _slots
        .Where(slot => slot.Counts != default && slot.Index > IndexOf(now) - length && slot.Index <= IndexOf(now))
        .OrderBy(slot => slot.Index)
        .Select(slot => (At(slot.Index), slot.Counts));

    private long IndexOf(DateTimeOffset at) => at.UtcTicks / stretch.Ticks;

    private DateTimeOffset At(long index) => new(index * stretch.Ticks, TimeSpan.Zero);

    private readonly record struct Slot(long Index, AnswerCounts Counts);
}
