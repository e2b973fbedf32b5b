using System.Collections.Concurrent;
using Millrace.Core.Poison;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>Counts strikes; two quarantine.</summary>
internal sealed class MemoryLedger : IPoisonLedger
{
    private readonly ConcurrentDictionary<string, Strike[]> _strikes = new();

    public string? Behind { get; set; }

    /// <summary>Thrown instead of storing a strike.</summary>
    public Exception? Broken { get; set; }

    public string? ReleasedBy { get; private set; }

    public Task<PoisonVerdict> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        if (Broken is not null) throw Broken;
        var all = _strikes.AddOrUpdate(
            strike.Fingerprint.Text, [strike],
            (_, before) => before.Any(told => told.Id == strike.Id) ? before : [.. before, strike]);
        return Task.FromResult(VerdictOf(all.Length));
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        VerdictOf(Math.Max(Count(image), Count(request)));

    public IReadOnlyList<PoisonEntry> List() =>
        [.. _strikes.Select(pair => EntryOf(new Fingerprint(pair.Key), pair.Value.Length, pair.Value[^1]))];

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

    private static PoisonEntry EntryOf(Fingerprint fingerprint, int strikes, Strike last) => new(
        fingerprint, strikes, strikes > 1, last.Tenant, last.Cause, last.Witness, last.At,
        last.At + TimeSpan.FromHours(24));

    private int Count(Fingerprint fingerprint) => _strikes.GetValueOrDefault(fingerprint.Text)?.Length ?? 0;

    private static PoisonVerdict VerdictOf(int strikes) => strikes switch
    {
        0 => PoisonVerdict.Clear,
        1 => PoisonVerdict.Suspect,
        _ => PoisonVerdict.Quarantined,
    };
}
