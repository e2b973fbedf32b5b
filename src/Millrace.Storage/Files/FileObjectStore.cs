using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>
/// The object store of one machine: each object is a file. Written under a temporary name, flushed, then given its name
/// in one step. Any number of processes may share the folder.
/// </summary>
public sealed class FileObjectStore : IObjectStore, IDisposable
{
    private const int BufferBytes = 512 * 1024;

    private const int PageObjects = 256;

    private readonly FileObjectStoreOptions _options;
    private readonly DiskThreads _disk;
    private readonly OpenFolder _root;
    private readonly FolderCache _kept;
    private readonly ObjectTree _tree;
    private readonly TemporaryFiles _temporary;
    private readonly TimeProvider _time;
    private readonly DriveInfo _drive;

    /// <summary>Opens the folder, and makes it if it is missing.</summary>
    /// <exception cref="IOException">It cannot be opened or made.</exception>
    public FileObjectStore(IOptions<FileObjectStoreOptions> options, TimeProvider time, Func<Guid> newId)
    {
        (_options, _time) = (options.Value, time);
        _root = OpenFolder.OpenRoot(_options.Folder);
        _temporary = TemporaryFiles.Open(_root, newId);
        _drive = new DriveInfo(Path.GetFullPath(_options.Folder));
        _kept = new FolderCache(_options.FoldersKeptMax);
        _tree = new ObjectTree(_root, _kept, _options.FolderNamesMax);
        _disk = new DiskThreads(_options, time);
    }

    /// <inheritdoc/>
    public Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return length < BufferBytes
            ? PutAtOnceAsync(key, content, (int)length, mode, cancellationToken)
            : PutInPartsAsync(key, content, length, mode, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        var (opened, whole) = await _disk.RunAsync(() => Open(key, range), cancellationToken);
        if (opened is null) return null;
        var (offset, length) = opened.Head.Clamp(range);
        return new StoredObject(opened.Head, new FileRange(opened, offset, length, whole, _disk));
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        _disk.RunAsync(
            () =>
            {
                using var opened = _tree.Open(key);
                return opened?.Head;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!ObjectKey.IsPrefix(prefix)) throw new ArgumentException($"'{prefix}' is no prefix.", nameof(prefix));
        var objects = _tree.List(prefix, after?.ToString()).GetEnumerator();
        var isReading = false;
        try
        {
            while (true)
            {
                isReading = true;
                var page = await _disk.RunAsync(() => NextPage(objects), cancellationToken);
                isReading = false;
                foreach (var head in page) yield return head;
                if (page.Count < PageObjects) yield break;
            }
        }
        finally
        {
            // A page that was given up may still be read; what it has open is closed by the collector.
            if (!isReading) objects.Dispose();
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        _disk.RunAsync(
            () =>
            {
                _tree.Delete(key);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disk.Dispose();
        _temporary.Dispose();
        _kept.Dispose();
        _root.Dispose();
    }

    /// <summary>Removes the temporary files of puts that were killed.</summary>
    /// <returns>How many.</returns>
    internal Task<int> SweepAsync(CancellationToken cancellationToken) =>
        _disk.RunAsync(() => _temporary.Sweep(_time.GetUtcNow() - _options.TemporaryAge), cancellationToken);

    // What is no longer than a buffer is read together with the opening of its file, into one of the pool.
    private (OpenObject? Opened, byte[]? Whole) Open(ObjectKey key, ByteRange? range)
    {
        if (_tree.Open(key) is not { } opened) return (null, null);
        var (offset, length) = opened.Head.Clamp(range);
        if (length > BufferBytes) return (opened, null);
        var whole = ArrayPool<byte>.Shared.Rent((int)length);
        if (RandomAccess.Read(opened.File, whole.AsSpan(0, (int)length), offset) == length) return (opened, whole);
        ArrayPool<byte>.Shared.Return(whole);
        return (opened, null);
    }

    // One hand-over to the disk's threads instead of three.
    private async Task<PutOutcome> PutAtOnceAsync(
        ObjectKey key, Stream content, int length, PutMode mode, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length + 1);
        var read = await content.ReadAtLeastAsync(
            buffer.AsMemory(0, length + 1), length + 1, throwOnEndOfStream: false, cancellationToken);
        Check(read, length, nameof(content));
        var outcome = await _disk.RunAsync(
            () =>
            {
                using var file = MakeFile(length);
                file.Write(buffer.AsSpan(0, length), 0);
                return _tree.Publish(key, file, mode);
            },
            cancellationToken);

        // Only now: of a call that was given up, a thread may still write what is in it.
        ArrayPool<byte>.Shared.Return(buffer);
        return outcome;
    }

    private async Task<PutOutcome> PutInPartsAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        var file = await _disk.RunAsync(() => MakeFile(length), cancellationToken);
        try
        {
            await WriteAsync(file, content, length, cancellationToken);
            return await _disk.RunAsync(() => Publish(key, file, mode), cancellationToken);
        }
        catch
        {
            _disk.Post(file.Dispose);
            throw;
        }
    }

    private static void Check(long read, long length, string content)
    {
        if (read > length) throw new ArgumentException($"The content has more than {length} bytes.", content);
        if (read < length) throw new EndOfStreamException($"The content ended after {read} of {length} bytes.");
    }

    private TemporaryFile MakeFile(long length)
    {
        var free = _drive.AvailableFreeSpace;
        return free - length >= _options.FreeBytesMin
            ? _temporary.Make()
            : throw new ObjectStoreException(
                ObjectStoreFault.Full, $"The object store's disk has {free} bytes free, and Storage:Files:FreeBytesMin "
                + $"keeps {_options.FreeBytesMin} of them; {length} more are wanted.");
    }

    private async Task WriteAsync(
        TemporaryFile file, Stream content, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var written = 0L; ;)
            {
                var read = await content.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken);
                var isLast = read < buffer.Length;
                if (isLast || written + read > length) Check(written + read, length, nameof(content));
                var at = written;
                await _disk.RunAsync(() => Write(file, buffer.AsSpan(0, read), at), cancellationToken);
                written += read;
                if (isLast) return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool Write(TemporaryFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        file.Write(bytes, offset);
        return true;
    }

    private PutOutcome Publish(ObjectKey key, TemporaryFile file, PutMode mode)
    {
        using (file)
        {
            return _tree.Publish(key, file, mode);
        }
    }

    private static List<ObjectHead> NextPage(IEnumerator<ObjectHead> objects)
    {
        var page = new List<ObjectHead>(PageObjects);
        while (page.Count < PageObjects && objects.MoveNext()) page.Add(objects.Current);
        return page;
    }
}
