using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Millrace.Worker.Kernels;

/// <summary>How a child ended.</summary>
/// <param name="Signal">The signal that killed it; 0 when it exited by itself.</param>
/// <param name="Code">Its exit code; 0 when a signal killed it.</param>
internal readonly record struct ChildExit(int Signal, int Code)
{
    /// <summary>From waitpid's status word.</summary>
    public static ChildExit FromStatus(int status) =>
        (status & 0x7F) == 0 ? new ChildExit(0, (status >> 8) & 0xFF) : new ChildExit(status & 0x7F, 0);

    public override string ToString() => Signal != 0 ? $"signal {Signal}" : $"exit code {Code}";
}

/// <summary>
/// A child with exactly three descriptors: a socket as stdin, nothing as stdout, a socket as stderr. Its environment is
/// the one given and nothing else.
/// </summary>
internal sealed class ChildProcess
{
    private const int WriteOnly = 1;

    /// <summary>
    /// Asked for; the system gives twice its net.core.wmem_max at most. A whole photograph then goes over at once, and
    /// the kernel need not wait for this process between its pieces.
    /// </summary>
    private const int SendBufferBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private ChildExit? _exit;

    private ChildProcess(int processId, SafeSocketHandle frames, SafeSocketHandle errors)
    {
        ProcessId = processId;
        Frames = new Socket(frames) { SendBufferSize = SendBufferBytes };
        Errors = new Socket(errors);
    }

    public int ProcessId { get; }

    /// <summary>Our end of the socket that is its stdin.</summary>
    public Socket Frames { get; }

    /// <summary>
    /// Our end of the socket that is its stderr: a socket and not a pipe, as a pipe's read would hold a thread.
    /// </summary>
    public Socket Errors { get; }

    /// <summary>Starts a program.</summary>
    /// <exception cref="Win32Exception">
    /// The system cannot start it; nothing was started and nothing is left open.
    /// </exception>
    public static ChildProcess Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var frames = Pair();
        try
        {
            var errors = Pair();
            try
            {
                var failure = Spawn(path, arguments, environment, frames.Theirs, errors.Theirs, out var processId);
                return failure == 0
                    ? new ChildProcess(processId, frames.TakeOurs(), errors.TakeOurs())
                    : throw new Win32Exception(failure, $"'{path}' cannot be started (errno {failure}).");
            }
            finally
            {
                errors.Dispose();
            }
        }
        finally
        {
            frames.Dispose();
        }
    }

    /// <summary>
    /// Sends SIGKILL; does nothing once it was reaped, as its number may be another process's by then.
    /// </summary>
    public void Kill()
    {
        lock (_lock)
        {
            if (_exit is null) _ = Posix.kill(ProcessId, Posix.SignalKill);
        }
    }

    /// <summary>Its exit, once it is dead; null while it lives.</summary>
    public ChildExit? TryReap()
    {
        lock (_lock)
        {
            if (_exit is null && Posix.waitpid(ProcessId, out var status, Posix.WaitNoHang) == ProcessId)
                _exit = ChildExit.FromStatus(status);
            return _exit;
        }
    }

    private static unsafe int Spawn(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, int socket, int errors,
        out int processId)
    {
        var actions = stackalloc byte[Posix.OpaqueBytes];
        var attributes = stackalloc byte[Posix.OpaqueBytes];
        var signals = stackalloc byte[Posix.OpaqueBytes];
        _ = Posix.posix_spawn_file_actions_init(actions);
        _ = Posix.posix_spawnattr_init(attributes);
        var argumentBlock = Block([path, .. arguments]);
        var environmentBlock = Block(environment);
        try
        {
            // .NET ignores SIGPIPE and blocks nothing, but a child inherits whatever was ignored or blocked.
            // Its own process group, or Ctrl-C at a terminal would kill it before the service has drained.
            _ = Posix.posix_spawnattr_setflags(
                attributes, Posix.SpawnSetGroup | Posix.SpawnSetSignalDefault | Posix.SpawnSetSignalMask);
            _ = Posix.sigfillset(signals);
            _ = Posix.posix_spawnattr_setsigdefault(attributes, signals);
            _ = Posix.sigemptyset(signals);
            _ = Posix.posix_spawnattr_setsigmask(attributes, signals);
            _ = Posix.posix_spawn_file_actions_adddup2(actions, socket, 0);
            _ = Posix.posix_spawn_file_actions_addopen(actions, 1, "/dev/null", WriteOnly, 0);
            _ = Posix.posix_spawn_file_actions_adddup2(actions, errors, 2);
            return Posix.posix_spawn(out processId, path, actions, attributes, argumentBlock, environmentBlock);
        }
        finally
        {
            Free(argumentBlock);
            Free(environmentBlock);
            _ = Posix.posix_spawn_file_actions_destroy(actions);
            _ = Posix.posix_spawnattr_destroy(attributes);
        }
    }

    private static unsafe byte** Block(IReadOnlyList<string> texts)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(texts[i]);
            block[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(block[i], bytes.Length));
        }
        return block;
    }

    private static unsafe void Free(byte** block)
    {
        for (var i = 0; block[i] != null; i++)
        {
            NativeMemory.Free(block[i]);
        }
        NativeMemory.Free(block);
    }

    private static unsafe SocketPair Pair()
    {
        var descriptors = stackalloc int[2];
        return Posix.socketpair(Posix.FamilyUnix, Posix.SocketStream | Posix.CloseOnExec, 0, descriptors) == 0
            ? new SocketPair(descriptors[0], descriptors[1])
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), "socketpair failed.");
    }

    private sealed class SocketPair(int ours, int theirs) : IDisposable
    {
        private SafeSocketHandle? _ours = new(ours, ownsHandle: true);

        public int Theirs => theirs;

        public SafeSocketHandle TakeOurs()
        {
            var taken = _ours!;
            _ours = null;
            return taken;
        }

        public void Dispose()
        {
            _ours?.Dispose();
            _ = Posix.close(theirs);
        }
    }
}
