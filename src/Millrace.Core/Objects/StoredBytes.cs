using System.Runtime.InteropServices;

namespace Millrace.Core.Objects;

/// <summary>Stores what is in memory.</summary>
public static class StoredBytes
{
    /// <summary>Stores an object; as the store's own member, but from memory.</summary>
    /// <param name="store">Where.</param>
    /// <param name="key">Its name.</param>
    /// <param name="bytes">Stay valid and unchanged until this returns.</param>
    /// <param name="mode">Whether an object of that name is replaced.</param>
    /// <param name="cancellationToken">Abandons it; the object may still be stored.</param>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static async Task<PutOutcome> PutAsync(
        this IObjectStore store, ObjectKey key, ReadOnlyMemory<byte> bytes, PutMode mode,
        CancellationToken cancellationToken)
    {
        using var content = Open(bytes);
        return await store.PutAsync(key, content, bytes.Length, mode, cancellationToken);
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
