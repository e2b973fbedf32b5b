using System.Diagnostics.Metrics;

namespace Millrace.Identity.Following;

/// <summary>The instruments of following the feed; tags come from closed sets.</summary>
internal sealed class IdentityMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Millrace.Identity";

    private readonly Counter<long> _changes;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _snapshots;
    private readonly Counter<long> _mismatches;
    private readonly Counter<long> _asks;
    private readonly Counter<long> _copies;

    /// <summary>Makes the instruments.</summary>
    public IdentityMetrics(IMeterFactory meters, KnownTenants known)
    {
        var meter = meters.Create(MeterName);
        _changes = meter.CreateCounter<long>("millrace.identity.changes", "{entry}", "Entries that came as changes.");
        _calls = meter.CreateCounter<long>("millrace.identity.calls", "{call}", "Calls of the feed, by outcome.");
        _snapshots = meter.CreateCounter<long>("millrace.identity.snapshots", "{snapshot}", "Snapshots, by cause.");
        _mismatches = meter.CreateCounter<long>(
            "millrace.identity.mismatches", "{comparison}", "Digests that were not management's.");
        _asks = meter.CreateCounter<long>(
            "millrace.identity.asks", "{key}", "Unknown keys, by what came of asking for them.");
        _copies = meter.CreateCounter<long>("millrace.identity.copies", "{copy}", "Copies on disk, by outcome.");
        meter.CreateObservableGauge(
            "millrace.identity.age", () => Age(known), "s", "Time since the last word of management.");
        meter.CreateObservableGauge(
            "millrace.identity.behind", () => Behind(known), "{revision}", "Revisions known of and not here yet.");
        meter.CreateObservableUpDownCounter(
            "millrace.identity.entries", () => known.Table?.Count ?? 0, "{entry}", "Plans, tenants and keys known.");
        meter.CreateObservableUpDownCounter(
            "millrace.identity.live_edges", () => known.LiveEdges, "{edge}", "Edges that live, by management.");
    }

    /// <summary>Changes were taken in.</summary>
    public void Changed(int entries) => _changes.Add(entries);

    /// <summary>A call ended.</summary>
    public void Called(bool isAnswered) =>
        _calls.Add(1, new KeyValuePair<string, object?>("outcome", isAnswered ? "answered" : "failed"));

    /// <summary>A snapshot was taken in.</summary>
    /// <param name="cause">start, asked, removed or mismatch.</param>
    public void Snapshot(string cause) => _snapshots.Add(1, new KeyValuePair<string, object?>("cause", cause));

    /// <summary>Digests differed.</summary>
    public void Mismatched() => _mismatches.Add(1);

    /// <summary>An unknown key was asked for, or not.</summary>
    /// <param name="outcome">found, unknown, failed, remembered or shed.</param>
    public void Asked(string outcome) => _asks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A copy on disk was read or written, or could not be.</summary>
    /// <param name="outcome">read, refused, written or failed.</param>
    public void Copied(string outcome) => _copies.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static IEnumerable<Measurement<double>> Age(KnownTenants known) =>
        known.Age is { } age ? [new Measurement<double>(age.TotalSeconds)] : [];

    private static long Behind(KnownTenants known) => Math.Max(0, known.Head - (known.Table?.Reaches ?? 0));
}
