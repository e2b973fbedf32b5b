using System.Runtime.InteropServices;

namespace Millrace.Kernel.Faulty;

/// <summary>
/// Tries one way out of the sandbox, as code that has taken over a decoder would: by the C library and by bare system
/// calls, on a thread that ran before the sandbox closed or on a new one. Ends the process with <see cref="Denied"/> or
/// <see cref="Escaped"/> and one line on stderr.
/// </summary>
internal static unsafe partial class EscapeProbe
{
    public const int Denied = 42;
    public const int Escaped = 43;
    private const int UnknownProbe = 44;
    private const int NoPermission = 1;
    private const int NoSuchCall = 38;
    private const nint PathAtWorkingDirectory = -100;

    public static void Try(string fault)
    {
        var onNewThread = fault.StartsWith("new-thread-", StringComparison.Ordinal);
        var probe = onNewThread ? fault["new-thread-".Length..] : fault;
        if (!onNewThread)
        {
            End(probe);
            return;
        }
        var thread = new Thread(() => End(probe));
        thread.Start();
        thread.Join();
    }

    private static void End(string probe)
    {
        Marshal.SetLastSystemError(0);
        var result = Attempt(probe);
        var error = Marshal.GetLastSystemError();
        var verdict = result switch
        {
            null => UnknownProbe,
            < 0 when error is NoPermission or NoSuchCall => Denied,
            _ => Escaped,
        };
        Console.Error.WriteLine($"probe {probe}: result {result}, errno {error}");
        Environment.Exit(verdict);
    }

    private static nint? Attempt(string probe)
    {
        fixed (byte* path = "/etc/passwd\0"u8)
        fixed (byte* shell = "/bin/true\0"u8)
        fixed (byte* target = "/tmp/millrace-escape\0"u8)
        {
            var byProcess = AttemptOnProcesses(probe, (nint)shell);
            return byProcess ?? probe switch
            {
                "open" => syscall(Calls.Openat, PathAtWorkingDirectory, (nint)path, 0, 0),
                "open-library" => open(path, 0),
                "create" => syscall(Calls.Openat, PathAtWorkingDirectory, (nint)target, 0x41, 0x180),
                "unlink" => syscall(Calls.Unlinkat, PathAtWorkingDirectory, (nint)target, 0, 0),
                "socket" => syscall(Calls.Socket, 2, 1, 0, 0),
                "socket-unix" => syscall(Calls.Socket, 1, 1, 0, 0),
                "memfd" => syscall(Calls.MemfdCreate, (nint)path, 0, 0, 0),
                "io-uring" => syscall(Calls.IoUringSetup, 8, (nint)path, 0, 0),
                "bpf" => syscall(Calls.Bpf, 0, (nint)path, 0, 0),
                "unshare" => syscall(Calls.Unshare, 0x10000000, 0, 0, 0),
                "setuid" => syscall(Calls.Setuid, 0, 0, 0, 0),
                _ => null,
            };
        }
    }

    private static nint? AttemptOnProcesses(string probe, nint shell)
    {
        var parent = getppid();
        return probe switch
        {
            "fork" => fork(),
            "fork-call" => syscall(Calls.Clone, 17, 0, 0, 0),
            "clone3" => syscall(Calls.Clone3, 0, 0, 0, 0),
            "exec" => syscall(Calls.Execve, shell, 0, 0, 0),
            "ptrace-parent" => syscall(Calls.Ptrace, 16, parent, 0, 0),
            "kill-parent" => syscall(Calls.Kill, parent, 0, 0, 0),
            "kill-all" => syscall(Calls.Kill, -1, 0, 0, 0),
            "tgkill-parent" => syscall(Calls.Tgkill, parent, parent, 0, 0),
            "limit-parent" => syscall(Calls.Prlimit, parent, 7, 0, 0),
            "read-parent" => syscall(Calls.ProcessVmReadv, parent, 0, 0, 0),
            "pidfd" => syscall(Calls.PidfdOpen, parent, 0, 0, 0),
            _ => null,
        };
    }

    [LibraryImport("libc", SetLastError = false)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc")]
    private static partial int fork();

    [LibraryImport("libc")]
    private static partial int getppid();
}
