using Microsoft.Win32.SafeHandles;

namespace Millrace.Storage.Files;

/// <summary>Files that are being written, in a folder of their own; a killed put leaves one behind.</summary>
internal sealed class TemporaryFiles : IDisposable
{
    // No segment of a key begins with a dot.
    private const string FolderName = ".tmp";

    private readonly OpenFolder _folder;
    private readonly Func<Guid> _newId;

    private TemporaryFiles(OpenFolder folder, Func<Guid> newId) => (_folder, _newId) = (folder, newId);

    /// <summary>Opens the folder, and makes it if it is missing.</summary>
    /// <param name="root">The store's.</param>
    /// <param name="newId">Makes names that nobody else makes.</param>
    /// <exception cref="IOException">Somebody has removed the root.</exception>
    public static TemporaryFiles Open(OpenFolder root, Func<Guid> newId) =>
        new(root.Make(FolderName) ?? throw new IOException("The object store's folder is being removed."), newId);

    /// <summary>Makes an empty one.</summary>
    public TemporaryFile Make()
    {
        var name = _newId().ToString("N");
        var file = _folder.NewFile(name) ?? throw new InvalidOperationException($"The id {name} was made twice.");
        return new(_folder, name, file);
    }

    /// <summary>Removes those that have not been written to for long.</summary>
    /// <param name="before">When they were last written to, at the latest.</param>
    /// <returns>How many.</returns>
    public int Sweep(DateTimeOffset before) =>
        _folder.Entries().Count(entry => !entry.IsFolder && IsOld(entry.Name, before) && _folder.Remove(entry.Name));

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private bool IsOld(string name, DateTimeOffset before)
    {
        using var file = _folder.Peek(name);
        return file is not null && File.GetLastWriteTimeUtc(file) < before.UtcDateTime;
    }
}

/// <summary>A file that is being written; removed when disposed, unless it was moved.</summary>
internal sealed class TemporaryFile(OpenFolder folder, string name, SafeFileHandle file) : IDisposable
{
    private bool _moved;

    /// <summary>Writes at an offset.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>Waits until its bytes are on the disk.</summary>
    public void Sync()
    {
        if (Posix.Sync(file) != 0) throw DiskFailure.OfLastCall($"sync the temporary file '{name}'");
    }

    /// <summary>Places it under a name.</summary>
    public Placing Place(OpenFolder target, string newName, bool replace)
    {
        if (!replace) return target.Link(folder, name, newName);
        var placing = target.Replace(folder, name, newName);
        _moved |= placing == Placing.Placed;
        return placing;
    }

    /// <summary>Makes its place durable.</summary>
    public void Settle(OpenFolder target) => target.Settle(file);

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        if (!_moved) folder.Remove(name);
    }
}
