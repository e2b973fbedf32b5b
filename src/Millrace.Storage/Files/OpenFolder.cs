using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>
/// A folder of the store, held open: what is done in it cannot be led elsewhere, and fails once the folder is removed.
/// Several may hold it at once, in any threads.
/// </summary>
/// <remarks>
/// The sticky bit of a file or folder says: it may not survive a power cut yet. Whoever opens one that has it makes it
/// durable first (fsync of the folder that it is in) and takes the bit off. So nobody acts on what may vanish, not even
/// when its maker was killed between making it and the fsync.
/// </remarks>
internal sealed class OpenFolder : IDisposable
{
    private const uint FolderMode = 0x1C0; // 0700
    private const uint FileMode = 0x180; // 0600
    private const uint Sticky = 0x200; // 01000

    private readonly SafeFileHandle _handle;
    private readonly string _name;
    private int _holds = 1;
    private bool _isFull;

    private OpenFolder(SafeFileHandle handle, string name) => (_handle, _name) = (handle, name);

    /// <summary>Opens the store's root, and makes it if it is missing; it alone may be a symlink.</summary>
    public static OpenFolder OpenRoot(string path)
    {
        Directory.CreateDirectory(path);
        for (var parent = Directory.GetParent(Path.GetFullPath(path)); parent is not null; parent = parent.Parent)
        {
            using var handle = OpenPath(parent.FullName);

            // Those that may not be opened were not made here.
            if (!handle.IsInvalid) _ = Posix.Sync(handle);
        }
        var root = OpenPath(path);
        return root.IsInvalid ? throw DiskFailure.OfLastCall($"open '{path}'") : new(root, path);
    }

    /// <summary>Whether this folder has been removed, and another may stand in its place.</summary>
    public bool IsRemoved =>
        Posix.LinksOf(_handle) is { } links ? links == 0 : throw DiskFailure.OfLastCall($"look at '{_name}'");

    /// <summary>
    /// Whether it has the mark that it takes no further names: once it has, nobody takes it away, nor the folder.
    /// </summary>
    public bool IsFull => _isFull || (_isFull = Has(Shelf.FullMark));

    /// <summary>Holds it for one user more, each of whom disposes of it; by one who holds it.</summary>
    public OpenFolder Hold()
    {
        Interlocked.Increment(ref _holds);
        return this;
    }

    /// <summary>Opens a folder in this one; null when there is none.</summary>
    /// <exception cref="ObjectStoreException">Something else stands there, such as a symlink.</exception>
    public OpenFolder? Child(string name)
    {
        var handle = Posix.Open(_handle, name, Posix.ReadFolder, 0);
        if (handle.IsInvalid) return IsNoEntry ? null : throw DiskFailure.OfLastCall($"open '{_name}/{name}'");
        Settle(handle, FolderMode);
        return new(handle, $"{_name}/{name}");
    }

    /// <summary>
    /// Makes and opens a folder in this one, or opens the one that is there; durable when it returns.
    /// </summary>
    /// <returns>Null when this folder has been removed.</returns>
    public OpenFolder? Make(string name)
    {
        if (Posix.MakeFolder(_handle, name, FolderMode | Sticky) == 0 || LastError == Posix.Exists) return Child(name);
        return IsNoEntry ? null : throw DiskFailure.OfLastCall($"make '{_name}/{name}'");
    }

    /// <summary>Opens a file of this folder for reading; null when there is none.</summary>
    /// <exception cref="ObjectStoreException">Something else stands there, such as a symlink.</exception>
    public SafeFileHandle? File(string name)
    {
        var handle = Posix.Open(_handle, name, Posix.ReadFile, 0);
        if (handle.IsInvalid) return IsNoEntry ? null : throw DiskFailure.OfLastCall($"open '{_name}/{name}'");
        if (System.IO.File.GetAttributes(handle).HasFlag(FileAttributes.Directory))
        {
            handle.Dispose();
            throw new ObjectStoreException(ObjectStoreFault.Refused, $"'{_name}/{name}' is a folder and no object.");
        }
        Settle(handle, FileMode);
        return handle;
    }

    /// <summary>Opens a file without making it durable; null when it is none, or gone.</summary>
    public SafeFileHandle? Peek(string name)
    {
        var handle = Posix.Open(_handle, name, Posix.ReadFile, 0);
        return handle.IsInvalid ? null : handle;
    }

    /// <summary>Makes an empty file for writing, which nobody takes for durable; null when the name is taken.</summary>
    public SafeFileHandle? NewFile(string name)
    {
        var handle = Posix.Open(_handle, name, Posix.NewFile, FileMode | Sticky);
        if (!handle.IsInvalid) return handle;
        return LastError == Posix.Exists ? null : throw DiskFailure.OfLastCall($"make '{_name}/{name}'");
    }

    /// <summary>Whether anything of that name is there.</summary>
    public bool Has(string name)
    {
        const int noFollow = 0x100;
        if (Posix.Look(_handle, name, 0, noFollow) == 0) return true;
        return IsNoEntry ? false : throw DiskFailure.OfLastCall($"look at '{_name}/{name}'");
    }

    /// <summary>Gives a file of another folder a name in this one too, unless there is one.</summary>
    public Placing Link(OpenFolder from, string old, string name)
    {
        if (Posix.Link(from._handle, old, _handle, name, 0) == 0) return Placing.Placed;
        return LastError switch
        {
            Posix.Exists => Placing.Taken,
            Posix.NoEntry => Placing.Gone,
            _ => throw DiskFailure.OfLastCall($"link '{_name}/{name}'"),
        };
    }

    /// <summary>Moves a file of another folder to this one, over what is there.</summary>
    public Placing Replace(OpenFolder from, string old, string name)
    {
        if (Posix.Rename(from._handle, old, _handle, name) == 0) return Placing.Placed;
        return IsNoEntry ? Placing.Gone : throw DiskFailure.OfLastCall($"replace '{_name}/{name}'");
    }

    /// <summary>Makes durable a file that was just placed here.</summary>
    public void Settle(SafeFileHandle file)
    {
        Sync();
        TakeStickyOff(file, FileMode);
    }

    /// <summary>Removes a file; false when there is none.</summary>
    public bool Remove(string name)
    {
        if (Posix.Remove(_handle, name, 0) == 0) return true;
        return IsNoEntry ? false : throw DiskFailure.OfLastCall($"remove '{_name}/{name}'");
    }

    /// <summary>Removes a folder of this one when it is empty, which the system decides in one step.</summary>
    public bool RemoveFolder(string name) => Posix.Remove(_handle, name, Posix.RemoveFolder) == 0;

    /// <summary>Waits until all names in this folder are on the disk.</summary>
    public void Sync()
    {
        if (Posix.Sync(_handle) != 0) throw DiskFailure.OfLastCall($"sync '{_name}'");
    }

    /// <summary>Locks this folder with others who do so, against those who want it alone.</summary>
    public FolderLock LockShared() => TryLock(Posix.LockShared) ?? throw DiskFailure.OfLastCall($"lock '{_name}'");

    /// <summary>Locks this folder for one alone; null when others have it locked now.</summary>
    public FolderLock? TryLockAlone() => TryLock(Posix.LockExclusive | Posix.LockNow);

    /// <summary>Names of files and folders, in no order; symlinks are left out.</summary>
    public IEnumerable<FolderEntry> Entries()
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint };
        return new FileSystemEnumerable<FolderEntry>(
            $"/proc/self/fd/{_handle.DangerousGetHandle()}",
            (ref FileSystemEntry entry) => new FolderEntry(entry.FileName.ToString(), entry.IsDirectory), options);
    }

    /// <summary>Ends one hold; with the last it is closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holds) == 0) _handle.Dispose();
    }

    // With the dot at its end the path itself may be a symlink.
    private static SafeFileHandle OpenPath(string path)
    {
        using var unused = new SafeFileHandle(-1, ownsHandle: false);
        return Posix.Open(unused, Path.Combine(Path.GetFullPath(path), "."), Posix.ReadFolder, 0);
    }

    private static int LastError => Marshal.GetLastPInvokeError();

    private static bool IsNoEntry => LastError == Posix.NoEntry;

    // Opened anew: those who share a handle would share its lock, and the first to end it would end it for all.
    private FolderLock? TryLock(int operation)
    {
        var own = Posix.Open(_handle, ".", Posix.ReadFolder, 0);
        if (own.IsInvalid) throw DiskFailure.OfLastCall($"open '{_name}' to lock it");
        while (Posix.Lock(own, operation) != 0)
        {
            if (LastError == Posix.Interrupted) continue;
            var isTaken = LastError == Posix.WouldBlock;
            own.Dispose();
            return isTaken ? null : throw DiskFailure.OfLastCall($"lock '{_name}'");
        }
        return new FolderLock(own);
    }

    private void Settle(SafeFileHandle child, uint mode)
    {
        if (OperatingSystem.IsWindows()) return;
        if (!System.IO.File.GetUnixFileMode(child).HasFlag(UnixFileMode.StickyBit)) return;
        Sync();
        TakeStickyOff(child, mode);
    }

    private void TakeStickyOff(SafeFileHandle child, uint mode)
    {
        if (Posix.SetMode(child, mode) != 0) throw DiskFailure.OfLastCall($"set a mode in '{_name}'");
    }
}

/// <summary>How placing a file ended.</summary>
internal enum Placing
{
    /// <summary>It is there; not durable yet.</summary>
    Placed,

    /// <summary>The name is taken.</summary>
    Taken,

    /// <summary>The folder was removed meanwhile: go there again from the root.</summary>
    Gone,
}

/// <summary>What stands in a folder.</summary>
internal readonly record struct FolderEntry(string Name, bool IsFolder);

/// <summary>A lock on a folder, which ends with its disposal.</summary>
internal readonly struct FolderLock(SafeFileHandle own) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => own.Dispose();
}
