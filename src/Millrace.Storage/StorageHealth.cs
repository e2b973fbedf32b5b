namespace Millrace.Storage;

/// <summary>Whether the object store has been found fit for use.</summary>
public sealed class StorageHealth
{
    private volatile string? _unready;

    /// <summary>Why it cannot be used yet, as a sentence for operators; null when it can.</summary>
    public string? Unready
    {
        get => _unready;
        internal set => _unready = value;
    }
}
