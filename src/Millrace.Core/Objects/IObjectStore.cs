namespace Millrace.Core.Objects;

/// <summary>
/// Keeps the sources and outcomes of durable jobs, and raw usage. An object appears whole or not at all and, once a put
/// has returned, survives power loss. Safe for any number of threads and processes.
/// </summary>
/// <remarks>
/// Every member throws <see cref="ObjectStoreException"/> when the store cannot do it, after the store's own retries:
/// callers do not try again by themselves.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Stores an object; returns once it is durable.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="content">Read once, to its end; not disposed. Its length must be <paramref name="length"/>.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="mode">Whether an object of that name is replaced.</param>
    /// <param name="cancellationToken">Abandons it; the object may still be stored.</param>
    /// <exception cref="ArgumentException">The content is longer; nothing was stored.</exception>
    /// <exception cref="EndOfStreamException">The content ended early; nothing was stored.</exception>
    Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading; null when there is none. The receiver disposes it.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="range">Which bytes; null for all. What lies past the end is left out.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>What an object is, without its bytes; null when there is none.</summary>
    Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Lists objects in the order of their keys' bytes, fetched page by page as they are taken. One that is stored or
    /// deleted meanwhile may or may not appear; a store whose nodes were away may lag for longer, so what must not be
    /// missed is asked for by its key.
    /// </summary>
    /// <param name="prefix">How their keys begin: whole segments ending in a slash, or empty for all.</param>
    /// <param name="after">Only keys after this one; null from the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<ObjectHead> ListAsync(string prefix, ObjectKey? after, CancellationToken cancellationToken);

    /// <summary>Deletes an object; returns alike when there is none.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken);
}

/// <summary>Whether a put may replace.</summary>
public enum PutMode
{
    /// <summary>Stored only when there is no object of that name: of any number of writers, one succeeds.</summary>
    Create,

    /// <summary>Stored whether or not there is one; readers see the old or the new one, whole.</summary>
    Replace,
}

/// <summary>How a put ended.</summary>
public enum PutOutcome
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>
    /// There is an object of that name, and it is unchanged. After a put that was retried it may be one's own: compare.
    /// </summary>
    Exists,
}

/// <summary>What an object is.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedAt">When it was stored, by the store's clock.</param>
public readonly record struct ObjectHead(ObjectKey Key, long Length, DateTimeOffset ModifiedAt)
{
    /// <summary>Which bytes of the object a range means: where they begin, and how many they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is none.</exception>
    public (long Offset, long Length) Clamp(ByteRange? range)
    {
        if (range is not { } wanted) return (0, Length);
        ArgumentOutOfRangeException.ThrowIfNegative(wanted.Offset, nameof(range));
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted.Length ?? 1, 1, nameof(range));
        var offset = Math.Min(wanted.Offset, Length);
        return (offset, Math.Min(wanted.Length ?? Length, Length - offset));
    }
}

/// <summary>Some bytes of an object.</summary>
/// <param name="Offset">Of the first, from 0.</param>
/// <param name="Length">At least 1; null to the end.</param>
public readonly record struct ByteRange(long Offset, long? Length);

/// <summary>An object that is being read.</summary>
/// <param name="Head">Of the whole object, whatever the range.</param>
/// <param name="Content">
/// Its bytes, as they come from the store; reading them throws <see cref="ObjectStoreException"/> when they break off.
/// </param>
public sealed record StoredObject(ObjectHead Head, Stream Content) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
