using System.Formats.Tar;
using System.Security.Cryptography;
using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>
/// Writes a volume to the local disk in one pass: an ordinary GNU tar file, which depends on nothing but what is in it,
/// so that packing again makes the same bytes.
/// </summary>
internal sealed class VolumeWriter : IAsyncDisposable
{
    private const int BlockBytes = 512;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly FileStream _file;
    private readonly TarWriter _tar;
    private readonly DateTimeOffset _day;
    private readonly List<ArchiveFile> _files = [];

    /// <summary>Begins a file; one that is there is gone.</summary>
    public VolumeWriter(string path, DateTimeOffset day)
    {
        _day = day;
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        _tar = new TarWriter(_file, TarEntryFormat.Gnu, leaveOpen: true);
    }

    /// <summary>What is in it.</summary>
    public IReadOnlyList<ArchiveFile> Files => _files;

    /// <summary>Bytes so far.</summary>
    public long Bytes => _file.Position;

    /// <summary>Adds an object.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public async Task AddAsync(ObjectKey key, byte[] bytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(bytes, writable: false);
        await _tar.WriteEntryAsync(
            new GnuTarEntry(TarEntryType.RegularFile, key.ToString())
            {
                ModificationTime = _day,
                AccessTime = _day,
                ChangeTime = _day,
                Mode = Mode,
                DataStream = content,
            },
            cancellationToken);
        var padded = (bytes.LongLength + BlockBytes - 1) / BlockBytes * BlockBytes;
        _files.Add(new(key.ToString(), _file.Position - padded, bytes.Length, StoredText.Hash(bytes)));
    }

    /// <summary>Ends the file.</summary>
    /// <returns>Its length and SHA-256.</returns>
    public async Task<(long Bytes, string Hash)> EndAsync(CancellationToken cancellationToken)
    {
        await _tar.DisposeAsync();
        await _file.FlushAsync(cancellationToken);
        _file.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(_file, cancellationToken));
        return (_file.Length, hash);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tar.DisposeAsync();
        await _file.DisposeAsync();
    }
}
