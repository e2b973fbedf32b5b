namespace Millrace.Core.Usage;

/// <summary>How fresh a ledger is, by what its epochs say. Pure.</summary>
/// <param name="CompleteUntil">
/// Nothing of interactive and heavy work before this is missing; null when no recorder has told of itself. A durable
/// job whose worker died right after it may come hours later.
/// </param>
/// <param name="Recorders">Recorders with epochs that may still deliver.</param>
/// <param name="Behind">Those that should have delivered more by now, the furthest behind first.</param>
public sealed record UsageFreshness(
    DateTimeOffset? CompleteUntil, int Recorders, IReadOnlyList<RecorderBehind> Behind)
{
    /// <summary>Recorders that are named; the others are counted.</summary>
    public const int NamedMax = 100;

    /// <summary>
    /// How far back a recorder's word may reach before it counts as behind: six of the shipments that are usual.
    /// </summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    /// <summary>Judges by the words of epochs, of which ended ones may be left out.</summary>
    /// <param name="epochs">As the ledger lists them, read before its sums are.</param>
    /// <param name="now">The time of the question.</param>
    public static UsageFreshness Of(IEnumerable<UsageEpoch> epochs, DateTimeOffset now)
    {
        var live = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        DateTimeOffset? ended = null;
        foreach (var epoch in epochs)
        {
            if (epoch.HasEnded) ended = ended > epoch.Reaches ? ended : epoch.Reaches;
            else if (!live.TryGetValue(epoch.Recorder, out var known) || epoch.Reaches < known)
                live[epoch.Recorder] = epoch.Reaches;
        }
        var behind = live.Where(one => now - one.Value > Usual).OrderBy(one => one.Value)
            .ThenBy(one => one.Key, StringComparer.Ordinal).Take(NamedMax)
            .Select(one => new RecorderBehind(one.Key, one.Value));
        return new UsageFreshness(live.Count > 0 ? live.Values.Min() : ended, live.Count, [.. behind]);
    }
}

/// <summary>A recorder that has not delivered what it should have.</summary>
/// <param name="Recorder">Its name.</param>
/// <param name="CompleteUntil">Nothing of it before this is missing.</param>
public sealed record RecorderBehind(string Recorder, DateTimeOffset CompleteUntil);
