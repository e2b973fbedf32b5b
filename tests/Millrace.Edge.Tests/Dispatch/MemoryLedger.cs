using System.Collections.Concurrent;
using Millrace.Core.Poison;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>Counts strikes; two quarantine.</summary>
internal sealed class MemoryLedger : IPoisonLedger
{
    private readonly ConcurrentDictionary<string, Strike[]> _strikes = new();

    public string? Behind => null;

    /// <summary>Thrown instead of storing a strike.</summary>
    public Exception? Broken { get; set; }

    public string? ReleasedBy { get; private set; }

    public Task<PoisonVerdict> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        if (Broken is not null) throw Broken;
        var all = _strikes.AddOrUpdate(strike.Fingerprint.Text, [strike], (_, before) => [.. before, strike]);
        return Task.FromResult(VerdictOf(all.Length));
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        VerdictOf(Math.Max(Count(image), Count(request)));

    public IReadOnlyList<PoisonEntry> List() =>
        [.. _strikes.Select(pair => (pair.Key, Last: pair.Value[^1], pair.Value.Length)).Select(entry => new PoisonEntry(
            new Fingerprint(entry.Key), entry.Length, entry.Length > 1, entry.Last.Tenant, entry.Last.Cause,
            entry.Last.Witness, entry.Last.At, entry.Last.At + TimeSpan.FromHours(24)))];

    public Task<bool> ReleaseAsync(Fingerprint fingerprint, string operatorName, CancellationToken cancellationToken)
    {
        ReleasedBy = operatorName;
        return Task.FromResult(_strikes.TryRemove(fingerprint.Text, out _));
    }

    public void Quarantine(Fingerprint fingerprint)
    {
        var strike = new Strike(
            new Guid(1, 0, 0, new byte[8]), fingerprint, "open", DeathCause.Signal, "w1", DateTimeOffset.UnixEpoch);
        _strikes[fingerprint.Text] = [strike, strike];
    }

    private int Count(Fingerprint fingerprint) => _strikes.GetValueOrDefault(fingerprint.Text)?.Length ?? 0;

    private static PoisonVerdict VerdictOf(int strikes) => strikes switch
    {
        0 => PoisonVerdict.Clear,
        1 => PoisonVerdict.Suspect,
        _ => PoisonVerdict.Quarantined,
    };
}
