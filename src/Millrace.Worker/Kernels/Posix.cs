using System.Runtime.InteropServices;

namespace Millrace.Worker.Kernels;

/// <summary>
/// The C library calls that start and end a kernel. System.Diagnostics.Process cannot hand a socket to a child, nor
/// keep every other descriptor from it.
/// </summary>
internal static partial class Posix
{
    public const int FamilyUnix = 1;
    public const int SocketStream = 1;
    public const int CloseOnExec = 0x80000;
    public const int SignalKill = 9;
    public const int WaitNoHang = 1;
    public const short SpawnSetGroup = 0x02;
    public const short SpawnSetSignalDefault = 0x04;
    public const short SpawnSetSignalMask = 0x08;

    /// <summary>
    /// Larger than posix_spawn_file_actions_t, posix_spawnattr_t (336) and sigset_t (128) of glibc and musl.
    /// </summary>
    public const int OpaqueBytes = 512;

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int socketpair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int process, out int status, int options);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int posix_spawn(
        out int process, string path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int posix_spawn_file_actions_addopen(
        byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    public static unsafe partial int sigfillset(byte* signals);

    [LibraryImport("libc")]
    public static unsafe partial int sigemptyset(byte* signals);
}
