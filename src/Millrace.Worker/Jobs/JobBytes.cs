using System.Buffers;
using System.Security.Cryptography;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Jobs;

/// <summary>Images of jobs, from the object store and into it.</summary>
internal sealed class JobBytes(IObjectStore store, LeaseMetrics metrics, TimeProvider time)
{
    /// <summary>Reads stored bytes into a rented array.</summary>
    /// <returns>Null when they are gone, or are not those that were stored.</returns>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<RentedBytes?> ReadAsync(JobSource source, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        await using var found = await store.GetAsync(source.Key, range: null, cancellationToken);
        if (found is null || found.Head.Length != source.Bytes || source.Bytes > Array.MaxLength) return null;
        var bytes = new RentedBytes((int)source.Bytes);
        try
        {
            await found.Content.ReadExactlyAsync(bytes.Writable, cancellationToken);
            metrics.Fetched(time.GetElapsedTime(start));
            if (HashOf(bytes.Bytes.Span) == source.ContentHash) return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
        bytes.Dispose();
        return null;
    }

    /// <summary>Stores a result.</summary>
    /// <param name="key">Of this attempt alone.</param>
    /// <param name="image">Stays the caller's.</param>
    /// <param name="cancellationToken">Abandons it; the object may still be stored.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<JobResult> WriteAsync(ObjectKey key, ConvertedImage image, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();

        // Exists: an earlier try of this very put, whose answer was lost.
        await store.PutAsync(key, image.Bytes, PutMode.Create, cancellationToken);
        metrics.Delivered(time.GetElapsedTime(start));
        return new JobResult(
            key, image.Bytes.Length, HashOf(image.Bytes.Span), image.Format, image.Width, image.Height, image.Frames);
    }

    /// <summary>Deletes what another outcome made useless.</summary>
    public async Task DeleteAsync(IEnumerable<TransformOutcome> transforms, CancellationToken cancellationToken)
    {
        foreach (var transform in transforms)
        {
            if (transform.Result is { } result) await store.DeleteAsync(result.Key, cancellationToken);
        }
    }

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>Bytes in a rented array, given back when disposed.</summary>
internal sealed class RentedBytes(int length) : IDisposable
{
    private byte[] _array = ArrayPool<byte>.Shared.Rent(length);

    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(0, length);

    internal Memory<byte> Writable => _array.AsMemory(0, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = [];
    }
}
