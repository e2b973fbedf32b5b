using System.Collections.Concurrent;
using Millrace.Core.Poison;

namespace Millrace.Worker.Tests.Leases;

/// <summary>A ledger of two strikes, that can be away.</summary>
internal sealed class MemoryLedger : IPoisonLedger
{
    public ConcurrentQueue<Strike> Strikes { get; } = [];

    /// <summary>What storing throws; null when it stores.</summary>
    public Exception? Away { get; set; }

    /// <summary>A tenant past its budget of deaths.</summary>
    public string? Overdrawn { get; set; }

    /// <summary>Called when a strike is stored.</summary>
    public Action<Strike>? OnStrike { get; set; }

    public string? Behind => null;

    public Task<PoisonVerdict> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        if (Away is not null) throw Away;
        Strikes.Enqueue(strike);
        OnStrike?.Invoke(strike);
        return Task.FromResult(Judge(strike.Fingerprint, strike.Fingerprint, strike.Tenant));
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        Math.Max(Count(image), Count(request)) switch
        {
            >= 2 => PoisonVerdict.Quarantined,
            1 => PoisonVerdict.Suspect,
            _ => tenant == Overdrawn ? PoisonVerdict.Suspect : PoisonVerdict.Clear,
        };

    public IReadOnlyList<PoisonEntry> List() => [];

    public Task<bool> ReleaseAsync(Fingerprint fingerprint, string operatorName, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    private int Count(Fingerprint fingerprint) => Strikes.Count(strike => strike.Fingerprint == fingerprint);
}
