using System.Collections.Concurrent;
using Millrace.Core.Poison;

namespace Millrace.Worker.Tests.Leases;

/// <summary>A ledger in memory, that can be away.</summary>
internal sealed class MemoryLedger : IPoisonLedger
{
    private readonly Lock _lock = new();
    private volatile PoisonState _state = new(new PoisonRules());

    public ConcurrentQueue<Strike> Strikes { get; } = [];

    /// <summary>Strikes that were lifted.</summary>
    public ConcurrentQueue<Guid> Acquitted { get; } = [];

    /// <summary>What storing throws; null when it stores.</summary>
    public Exception? Away { get; set; }

    /// <summary>A tenant past its budget of deaths.</summary>
    public string? Overdrawn { get; set; }

    /// <summary>Called when a strike is stored.</summary>
    public Action<Strike>? OnStrike { get; set; }

    /// <summary>Called when an acquittal is stored.</summary>
    public Action<Guid>? OnAcquitted { get; set; }

    public string? Behind => null;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        if (Away is not null) throw Away;
        lock (_lock) _state = _state.Apply(happened);
        if (happened is PoisonEvent.Acquitted { StrikeId: var lifted })
        {
            Acquitted.Enqueue(lifted);
            OnAcquitted?.Invoke(lifted);
        }
        if (happened is PoisonEvent.Struck { Strike: var strike })
        {
            Strikes.Enqueue(strike);
            OnStrike?.Invoke(strike);
        }
        return Task.FromResult(_state.JudgeSubject(happened, Now));
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant)
    {
        var verdict = _state.Judge(image, request, tenant, Now);
        return verdict == PoisonVerdict.Clear && tenant == Overdrawn ? PoisonVerdict.Suspect : verdict;
    }

    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request) =>
        _state.Losses(image, request, Now);

    public IReadOnlyList<PoisonEntry> List() => _state.List(Now);
}
