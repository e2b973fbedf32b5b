using System.Text;
using Millrace.Core.Objects;

namespace Millrace.Contracts.Objects;

/// <summary>Short calls to a store, for objects that are texts.</summary>
public static class TextObjects
{
    /// <summary>Puts a text.</summary>
    public static Task<PutOutcome> PutAsync(
        this IObjectStore store, string key, string text, PutMode mode = PutMode.Create) =>
        store.PutAsync(key, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Puts bytes.</summary>
    public static Task<PutOutcome> PutAsync(
        this IObjectStore store, string key, byte[] bytes, PutMode mode = PutMode.Create) =>
        store.PutAsync(ObjectKey.Of(key), new MemoryStream(bytes), bytes.Length, mode, CancellationToken.None).Within();

    /// <summary>Reads a text; null when there is none.</summary>
    public static async Task<string?> GetAsync(this IObjectStore store, string key, ByteRange? range = null)
    {
        var bytes = await store.GetBytesAsync(key, range);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads bytes; null when there are none.</summary>
    public static async Task<byte[]?> GetBytesAsync(this IObjectStore store, string key, ByteRange? range = null)
    {
        await using var found = await store.GetAsync(ObjectKey.Of(key), range, CancellationToken.None).Within();
        if (found is null) return null;
        using var copy = new MemoryStream();
        await found.Content.CopyToAsync(copy, CancellationToken.None);
        return copy.ToArray();
    }

    /// <summary>Lists keys.</summary>
    public static async Task<List<string>> KeysAsync(this IObjectStore store, string prefix = "", string? after = null)
    {
        var keys = new List<string>();
        var from = after is null ? (ObjectKey?)null : ObjectKey.Of(after);
        await foreach (var head in store.ListAsync(prefix, from, CancellationToken.None)) keys.Add(head.Key.ToString());
        return keys;
    }

    /// <summary>Deletes.</summary>
    public static Task DeleteAsync(this IObjectStore store, string key) =>
        store.DeleteAsync(ObjectKey.Of(key), CancellationToken.None).WaitAsync(Deadline.Limit, TimeProvider.System);
}
