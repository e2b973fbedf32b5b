using Microsoft.Win32.SafeHandles;

namespace Millrace.Storage.Files;

/// <summary>A way down from the root, folder by folder; what it holds it lets go with its end.</summary>
/// <param name="root">Stays open.</param>
/// <param name="kept">Where opened folders are found, and kept for the next.</param>
/// <param name="folderNamesMax">As in <see cref="FileObjectStoreOptions"/>.</param>
internal sealed class Descent(OpenFolder root, FolderCache kept, int folderNamesMax) : IDisposable
{
    private const int CountEveryMax = 64;

    private readonly List<(OpenFolder Folder, string Name, string Path)> _steps = [];

    // Characters that all names of the folder have in common.
    private int _depth;

    /// <summary>The folder where the way has come to.</summary>
    public OpenFolder Folder => _steps.Count == 0 ? root : _steps[^1].Folder;

    /// <summary>
    /// Whether it has come by a folder that is removed, so that what was not found may stand in another of its name:
    /// then the next way down opens all of this one anew.
    /// </summary>
    public bool HasLostItsWay()
    {
        if (!_steps.Exists(step => step.Folder.IsRemoved)) return false;
        Forget();
        return true;
    }

    /// <summary>The next way down opens all folders of this one anew.</summary>
    public void Forget()
    {
        foreach (var step in _steps) kept.Drop(step.Path);
    }

    /// <summary>Goes to the first folder of the shelf under a segment; false when there is none.</summary>
    public bool TryEnter(string segment)
    {
        while (!TryStep(Shelf.PrefixName(segment)))
        {
            if (!TryGoBelow(segment)) return false;
        }
        _depth = 0;
        return true;
    }

    /// <summary>Goes there and makes it if need be; false when somebody has removed a folder meanwhile.</summary>
    public bool EnterOrMake(string segment)
    {
        // As a rule it is there: found without a hold on the folder above.
        var here = Here;
        if (TryEnter(segment)) return true;
        GoBack(here);
        var name = Shelf.PrefixName(segment);
        if (PlaceName(segment, () => TryStep(name), () => TryEnter(segment), () => TryMake(name)) == Placing.Gone)
            return false;
        _depth = 0;
        return true;
    }

    /// <summary>Opens an object of the shelf, and goes to the folder where it is; null when there is none.</summary>
    public SafeFileHandle? FindObject(string segment)
    {
        while (true)
        {
            if (Folder.File(segment) is { } file) return file;
            if (!TryGoBelow(segment)) return null;
        }
    }

    /// <summary>
    /// Places a file under a name of the shelf. It is not durable yet, and stands in <see cref="Folder"/>.
    /// </summary>
    /// <param name="segment">The name.</param>
    /// <param name="place">Places it in the folder that it is given.</param>
    /// <param name="replace">Whether it may stand there already.</param>
    public Placing Place(string segment, Func<OpenFolder, Placing> place, bool replace)
    {
        var placing = PlaceName(segment, () => IsHere(segment), () => IsThere(segment), () => place(Folder));
        return placing == Placing.Taken && replace ? place(Folder) : placing;
    }

    /// <summary>
    /// Removes a name wherever the shelf has it, durably. From below up: a reader, who looks from above, sees no older
    /// one.
    /// </summary>
    public void Remove(string segment)
    {
        var first = _steps.Count;
        while (TryGoBelow(segment))
        {
        }
        for (var i = _steps.Count; i >= first; i--)
        {
            var folder = i == 0 ? root : _steps[i - 1].Folder;
            if (folder.Remove(segment)) folder.Sync();
        }
    }

    /// <summary>
    /// Removes the folders of the way that are empty, from the last one up. A put that has gone into one finds it gone
    /// and begins anew.
    /// </summary>
    public void RemoveEmptied()
    {
        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            var parent = i == 0 ? root : _steps[i - 1].Folder;
            if (!parent.RemoveFolder(_steps[i].Name)) return;
            kept.Drop(_steps[i].Path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => GoBack((0, 0));

    private (int Steps, int Depth) Here => (_steps.Count, _depth);

    private void GoBack((int Steps, int Depth) here)
    {
        for (; _steps.Count > here.Steps; _steps.RemoveAt(_steps.Count - 1)) _steps[^1].Folder.Dispose();
        _depth = here.Depth;
    }

    private bool TryStep(string name)
    {
        var path = PathOf(name);
        if (kept.Find(path) is not { } folder) return Add(Folder.Child(name), name, path);
        _steps.Add((folder, name, path));
        return true;
    }

    private Placing TryMake(string name) =>
        Add(Folder.Make(name), name, PathOf(name)) ? Placing.Placed : Placing.Gone;

    private bool Add(OpenFolder? folder, string name, string path)
    {
        if (folder is null) return false;
        _steps.Add((folder, name, path));
        kept.Keep(path, folder);
        return true;
    }

    private string PathOf(string name) => _steps.Count == 0 ? name : $"{_steps[^1].Path}/{name}";

    private bool TryGoBelow(string segment)
    {
        if (Shelf.BelowName(segment, _depth) is not { } name || !TryStep(name)) return false;
        _depth += Shelf.Step;
        return true;
    }

    private bool IsHere(string segment)
    {
        using var file = Folder.File(segment);
        return file is not null;
    }

    private bool IsThere(string segment)
    {
        using var file = FindObject(segment);
        return file is not null;
    }

    private bool IsFull(string segment) =>
        Shelf.BelowName(segment, _depth) is not null && Folder.IsFull;

    // Places a new name in the first folder of the shelf, from here down, that is not full. While a put locks a folder
    // nobody can mark it, so it stays the only place for new names until the put is done.
    private Placing PlaceName(string segment, Func<bool> isHere, Func<bool> isHereOrBelow, Func<Placing> place)
    {
        while (true)
        {
            if (IsFull(segment))
            {
                // In this order: once the mark is seen no name comes any more.
                if (isHere()) return Placing.Taken;
                if (!TryMakeBelow(segment)) return Placing.Gone;
                continue;
            }
            var free = Here;
            using (Folder.LockShared())
            {
                if (IsFull(segment)) continue;
                if (isHereOrBelow()) return Placing.Taken;
                GoBack(free);
                if (place() is not Placing.Placed and var end) return end;
            }
            CountNames(free, segment);
            return Placing.Placed;
        }
    }

    private bool TryMakeBelow(string segment)
    {
        var name = Shelf.BelowName(segment, _depth)!;
        if (!TryStep(name) && TryMake(name) == Placing.Gone) return false;
        _depth += Shelf.Step;
        return true;
    }

    // Now and then, by the name's hash, so that not every put reads a folder.
    private void CountNames((int Steps, int Depth) here, string segment)
    {
        var every = (uint)Math.Clamp(folderNamesMax / 16, 1, CountEveryMax);
        if (Hash(segment) % every != 0) return;
        var folder = here.Steps == 0 ? root : _steps[here.Steps - 1].Folder;
        var names = folder.Entries().Count(entry => Shelf.Read(entry) is { Kind: not ShelfKind.Below });
        if (names >= folderNamesMax) Close(folder);
    }

    // Alone in the folder: nobody is about to place a name in it. When others are, a later count tries again.
    private static void Close(OpenFolder folder)
    {
        using var alone = folder.TryLockAlone();
        if (alone is null || folder.IsFull) return;
        using var mark = folder.NewFile(Shelf.FullMark);
        if (mark is not null) folder.Settle(mark);
    }

    // The same in every process, unlike string.GetHashCode.
    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, one) => (hash ^ one) * 16777619u);
}
