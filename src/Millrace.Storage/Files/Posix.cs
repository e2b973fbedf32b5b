using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Storage.Files;

/// <summary>
/// The system calls that .NET has no name for: those that work relative to an open folder, so that no symlink leads
/// them elsewhere, and locks. Linux only.
/// </summary>
internal static partial class Posix
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int Denied = 13;
    public const int Exists = 17;
    public const int NoFolder = 20;
    public const int Invalid = 22;
    public const int NotPermitted = 1;
    public const int NoSpace = 28;
    public const int ReadOnlySystem = 30;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int NoQuota = 122;

    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNow = 4;
    public const int Unlock = 8;

    public const int RemoveFolder = 0x200;

    private const int CloseOnExec = 0x80000;
    private const int NoWait = 0x800;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;

    // These two differ between processors.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64;
    private static readonly int IsFolder = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    /// <summary>Flags that open a folder that is no symlink.</summary>
    public static int ReadFolder => IsFolder | NoFollow | CloseOnExec;

    /// <summary>Flags that open a file that is no symlink; a pipe that was put there does not hang it.</summary>
    public static int ReadFile => NoFollow | CloseOnExec | NoWait;

    /// <summary>Flags that make a file that was not there.</summary>
    public static int NewFile => WriteOnly | Create | Exclusive | NoFollow | CloseOnExec;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(SafeFileHandle from, string old, SafeFileHandle to, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(SafeFileHandle from, string old, SafeFileHandle to, string name);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Look(SafeFileHandle folder, string name, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int SetMode(SafeFileHandle file, uint mode);

    /// <summary>How many names a file or folder has, 0 once the last is removed; null when that fails.</summary>
    public static uint? LinksOf(SafeFileHandle file)
    {
        const int ofHandle = 0x1000;
        const uint links = 4;
        return Describe(file, "", ofHandle, links, out var found) == 0 ? found.Links : null;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Describe(
        SafeFileHandle folder, string name, int flags, uint wanted, out Description description);

    // struct statx, which is the same for all processors, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Description
    {
        [FieldOffset(16)] public readonly uint Links;
    }
}
