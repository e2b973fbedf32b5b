namespace Millrace.Ledger;

/// <summary>Whether the ledger has been found fit for use.</summary>
public sealed class LedgerHealth
{
    private volatile string? _unready;

    /// <summary>Why it cannot be used yet, as a sentence for operators; null when it can.</summary>
    public string? Unready
    {
        get => _unready;
        internal set => _unready = value;
    }
}
