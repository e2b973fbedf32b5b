using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Millrace.Core.Objects;

namespace Millrace.Billing.Raw;

/// <summary>
/// Brings objects to the local disk, each held against its hash. Files are named by their hash, so what a run before
/// this one has brought is not brought again; what is broken is set aside and named.
/// </summary>
internal sealed class Staging(IObjectStore store, BillingOptions options)
{
    private const int BufferBytes = 128 * 1024;
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(options.WorkFolder!, "staged")).FullName;

    private readonly string _aside =
        Directory.CreateDirectory(Path.Combine(options.WorkFolder!, "set-aside")).FullName;

    /// <summary>Brings objects.</summary>
    /// <param name="wanted">Which, with their hashes.</param>
    /// <param name="progress">Is told how many are there, and of how many; may be null.</param>
    /// <param name="cancellationToken">Ends it; what was brought stays.</param>
    /// <returns>For each its path, or why there is none.</returns>
    /// <exception cref="ObjectStoreException">The store is away; an object that is broken does not throw.</exception>
    public async Task<IReadOnlyList<Staged>> BringAsync(
        IReadOnlyList<(ObjectKey Key, string Hash)> wanted, IProgress<StagingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (staged, done) = (new Staged[wanted.Count], 0);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.StoreParallelism,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, wanted.Count, parallel, async (index, token) =>
        {
            staged[index] = await BringAsync(wanted[index].Key, wanted[index].Hash, index, token);
            progress?.Report(new StagingProgress(Interlocked.Increment(ref done), wanted.Count));
        });
        return staged;
    }

    /// <summary>Where a file of sums is written before it is stored.</summary>
    public string NewPath(string name) => Path.Combine(_folder, name);

    /// <summary>Removes files that are not needed any more.</summary>
    public void Remove(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes) File.Delete(PathOf(hash));
    }

    private async Task<Staged> BringAsync(
        ObjectKey key, string hash, int index, CancellationToken cancellationToken)
    {
        var path = PathOf(hash);
        if (File.Exists(path)) return new(key, hash, path, null);

        // Two objects may have the same bytes, and come at the same time.
        var part = string.Create(CultureInfo.InvariantCulture, $"{path}.{index}.part");
        try
        {
            await using var stored = await store.GetAsync(key, range: null, cancellationToken);
            if (stored is null) return new(key, hash, null, $"'{key}' is missing, though its manifest is there.");
            var found = await CopyAsync(stored.Content, part, cancellationToken);
            if (found == hash)
            {
                File.Move(part, path, overwrite: true);
                return new(key, hash, path, null);
            }
            var aside = Path.Combine(_aside, $"{found}.parquet");
            File.Move(part, aside, overwrite: true);
            return new(key, hash, null,
                $"'{key}' is corrupt: its SHA-256 is {found}, and should be {hash}; it is set aside as '{aside}'.");
        }
        catch (ObjectStoreException exception) when (exception.Fault == ObjectStoreFault.Broken)
        {
            return new(key, hash, null, $"'{key}' cannot be read: {exception.Message}");
        }
    }

    private static async Task<string> CopyAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(string hash) => Path.Combine(_folder, $"{hash}.parquet");
}

/// <summary>An object on the local disk, or not.</summary>
/// <param name="Key">Which.</param>
/// <param name="Hash">Its SHA-256 as it should be.</param>
/// <param name="Path">Of the file; null when there is none.</param>
/// <param name="Fault">Why not, as a sentence.</param>
internal sealed record Staged(ObjectKey Key, string Hash, string? Path, string? Fault);

/// <summary>How far staging is.</summary>
/// <param name="Done">Objects looked at.</param>
/// <param name="Total">Objects in all.</param>
public readonly record struct StagingProgress(int Done, int Total);
