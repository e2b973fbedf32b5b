namespace Millrace.Billing.Sealing;

/// <summary>What a run of sealing did, and what it left open.</summary>
internal sealed class SealReport
{
    private readonly List<Seal> _sealed = [];
    private readonly SortedDictionary<DateTimeOffset, IReadOnlyList<Blocker>> _open = [];

    /// <summary>Entries that were appended.</summary>
    public IReadOnlyList<Seal> Seals => _sealed;

    /// <summary>Hours that are not sealed, or not with all that came, and why.</summary>
    public IReadOnlyDictionary<DateTimeOffset, IReadOnlyList<Blocker>> OpenHours => _open;

    public void Sealed(Seal seal) => _sealed.Add(seal);

    public void Open(DateTimeOffset hour, IReadOnlyList<Blocker> blockers) => _open[hour] = blockers;
}
