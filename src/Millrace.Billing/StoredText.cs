using System.Security.Cryptography;
using Millrace.Core.Objects;

namespace Millrace.Billing;

/// <summary>Small objects, read and written whole.</summary>
internal static class StoredText
{
    /// <summary>The bytes of an object; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is longer than that.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static async Task<byte[]?> ReadAsync(
        IObjectStore store, ObjectKey key, int bytesMax, CancellationToken cancellationToken)
    {
        await using var stored = await store.GetAsync(key, range: null, cancellationToken);
        if (stored is null) return null;
        if (stored.Head.Length > bytesMax)
            throw new InvalidDataException($"'{key}' has {stored.Head.Length} bytes, more than {bytesMax}.");
        var bytes = new byte[stored.Head.Length];
        await stored.Content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Creates an object; one that is there with these very bytes is as good.</summary>
    /// <returns>False when there is one with other bytes.</returns>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static async Task<bool> CreateAsync(
        IObjectStore store, ObjectKey key, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (await store.PutAsync(key, bytes, PutMode.Create, cancellationToken) == PutOutcome.Stored) return true;
        await using var stored = await store.GetAsync(key, range: null, cancellationToken);
        if (stored is null || stored.Head.Length != bytes.Length) return false;
        var there = new byte[bytes.Length];
        await stored.Content.ReadExactlyAsync(there, cancellationToken);
        return there.AsSpan().SequenceEqual(bytes.Span);
    }

    /// <summary>SHA-256, 64 lower-case hexadecimal digits.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
