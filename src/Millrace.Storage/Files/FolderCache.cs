namespace Millrace.Storage.Files;

/// <summary>
/// Folders that were opened lately, kept open so that the way to an object is not opened anew for each call. One may
/// have been removed meanwhile, and another made in its place: nothing can be placed in a removed one, and whoever
/// finds nothing in one looks whether it is (<see cref="OpenFolder.IsRemoved"/>). Safe for any number of threads.
/// </summary>
/// <param name="max">Folders kept open; the one that was used longest ago goes first.</param>
internal sealed class FolderCache(int max) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> _byPath = [];
    private readonly LinkedList<Kept> _latest = [];

    /// <summary>A folder, held for the caller, who disposes of it; null when it is not kept.</summary>
    /// <param name="path">Names from the root down.</param>
    public OpenFolder? Find(string path)
    {
        lock (_lock)
        {
            if (!_byPath.TryGetValue(path, out var node)) return null;
            _latest.Remove(node);
            _latest.AddFirst(node);
            return node.Value.Folder.Hold();
        }
    }

    /// <summary>Keeps a folder, which stays its caller's too; one that is kept under the path already stays.</summary>
    public void Keep(string path, OpenFolder folder)
    {
        lock (_lock)
        {
            if (_byPath.ContainsKey(path)) return;
            _byPath[path] = _latest.AddFirst(new Kept(path, folder.Hold()));
            if (_byPath.Count > max) Remove(_latest.Last!);
        }
    }

    /// <summary>Keeps what is under a path no longer.</summary>
    public void Drop(string path)
    {
        lock (_lock)
        {
            if (_byPath.TryGetValue(path, out var node)) Remove(node);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            while (_latest.Last is { } node) Remove(node);
        }
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        _latest.Remove(node);
        _byPath.Remove(node.Value.Path);
        node.Value.Folder.Dispose();
    }

    private readonly record struct Kept(string Path, OpenFolder Folder);
}
