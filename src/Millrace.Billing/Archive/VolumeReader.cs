using System.Security.Cryptography;
using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>Reads a volume in one pass, and holds it and each file in it against their hashes.</summary>
internal static class VolumeReader
{
    private const int FileBytesMax = 1024 * 1024 * 1024;
    private const int BufferBytes = 128 * 1024;

    /// <summary>Reads it.</summary>
    /// <param name="cold">Where it is.</param>
    /// <param name="volume">As its manifest has it.</param>
    /// <param name="take">Is given each file that is as it should be; may be null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is wrong, a sentence each; empty when all is well.</returns>
    /// <exception cref="ObjectStoreException">The store is away.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        IObjectStore cold, ArchiveVolume volume, Func<ArchiveFile, byte[], Task>? take,
        CancellationToken cancellationToken)
    {
        await using var stored = await cold.GetAsync(ObjectKey.Of(volume.Key), range: null, cancellationToken);
        if (stored is null) return [$"'{volume.Key}' is missing."];
        if (stored.Head.Length != volume.Bytes)
            return [$"'{volume.Key}' has {stored.Head.Length} bytes, and should have {volume.Bytes}."];
        var faults = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var place = 0L;
        foreach (var file in volume.Files)
        {
            await SkipAsync(stored.Content, hash, file.Offset - place, cancellationToken);
            if (file.Bytes > FileBytesMax)
                throw new InvalidDataException($"'{file.Key}' has over {FileBytesMax} bytes.");
            var bytes = new byte[file.Bytes];
            await stored.Content.ReadExactlyAsync(bytes, cancellationToken);
            hash.AppendData(bytes);
            place = file.Offset + file.Bytes;
            if (StoredText.Hash(bytes) != file.Hash)
                faults.Add($"'{file.Key}' in '{volume.Key}' was altered: its SHA-256 is not {file.Hash}.");
            else if (take is not null) await take(file, bytes);
        }
        await SkipAsync(stored.Content, hash, volume.Bytes - place, cancellationToken);
        if (faults.Count == 0 && Convert.ToHexStringLower(hash.GetCurrentHash()) != volume.Hash)
            faults.Add($"'{volume.Key}' was altered between its files, which are as they should be.");
        return faults;
    }

    private static async Task SkipAsync(
        Stream content, IncrementalHash hash, long bytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (bytes > 0)
        {
            var some = buffer.AsMemory(0, (int)Math.Min(bytes, BufferBytes));
            await content.ReadExactlyAsync(some, cancellationToken);
            hash.AppendData(some.Span);
            bytes -= some.Length;
        }
    }
}
