using Millrace.Core.Poison;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>A ledger in memory; two strikes quarantine.</summary>
internal sealed class MemoryLedger : IPoisonLedger
{
    private readonly Lock _lock = new();
    private volatile PoisonState _state = new(new PoisonRules());
    private int _deaths;

    public string? Behind { get; set; }

    /// <summary>Thrown instead of storing a strike.</summary>
    public Exception? Broken { get; set; }

    public string? ReleasedBy { get; private set; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        if (Broken is not null) throw Broken;
        if (happened is PoisonEvent.Released released) ReleasedBy = released.OperatorName;
        lock (_lock) _state = _state.Apply(happened);
        return Task.FromResult(_state.JudgeSubject(happened, Now));
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        _state.Judge(image, request, tenant, Now);

    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request) =>
        _state.Losses(image, request, Now);

    public IReadOnlyList<PoisonEntry> List() => _state.List(Now);

    /// <summary>As two kernels would have told that died of it, seconds ago.</summary>
    public void Quarantine(Fingerprint fingerprint)
    {
        for (var death = 1; death <= 2; death++)
        {
            var strike = new Strike(
                new Guid(++_deaths, 0, 0, new byte[8]), fingerprint, "open", DeathCause.Signal, "w1",
                Now.AddSeconds(-death));
            lock (_lock) _state = _state.Apply(new PoisonEvent.Struck(strike));
        }
    }
}
