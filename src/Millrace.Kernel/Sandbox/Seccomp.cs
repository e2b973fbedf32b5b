using System.Runtime.InteropServices;

namespace Millrace.Kernel.Sandbox;

/// <summary>
/// The system call filter, through libseccomp (on every Debian and Ubuntu, as apt needs it): all is allowed but what
/// <see cref="DeniedCalls"/> names, on all threads, those that run already and those to come.
/// </summary>
internal static partial class Seccomp
{
    private const uint Allow = 0x7FFF_0000;
    private const uint ErrnoPermission = 0x0005_0000 | 1;
    private const uint ErrnoUnknownCall = 0x0005_0000 | 38;
    private const int AttributeAllThreads = 4;
    private const int UnknownName = -1;
    private const uint CloneThread = 0x0001_0000;

    private enum Compare
    {
        NotEqual = 1,
        MaskedEqual = 7,
    }

    /// <summary>Loads the filter.</summary>
    /// <returns>Null, or why it is not on.</returns>
    public static string? Load()
    {
        try
        {
            var filter = seccomp_init(Allow);
            if (filter == 0) return "seccomp: no filter could be made";
            try
            {
                return Fill(filter);
            }
            finally
            {
                seccomp_release(filter);
            }
        }
        catch (DllNotFoundException)
        {
            return "seccomp: libseccomp.so.2 is missing; apt-get install libseccomp2";
        }
    }

    private static string? Fill(nint filter)
    {
        if (seccomp_attr_set(filter, AttributeAllThreads, 1) != 0)
            return "seccomp: this libseccomp cannot reach all threads";
        foreach (var name in DeniedCalls.Always)
        {
            if (!Deny(filter, seccomp_syscall_resolve_name(name), ErrnoPermission, [])) return Failed(name);
        }
        foreach (var (name, number) in DeniedCalls.Newer)
        {
            var resolved = seccomp_syscall_resolve_name(name);
            var action = name == DeniedCalls.CloneWithStructure ? ErrnoUnknownCall : ErrnoPermission;
            if (!Deny(filter, resolved == UnknownName ? number : resolved, action, [])) return Failed(name);
        }
        return DenyOthers(filter) ?? (seccomp_load(filter) == 0 ? null : "seccomp: the system refuses the filter");
    }

    private static string? DenyOthers(nint filter)
    {
        var self = (ulong)Posix.getpid();
        foreach (var (name, argument, selfIsZero) in DeniedCalls.OnOtherProcesses)
        {
            var other = new Comparison(argument, Compare.NotEqual, selfIsZero ? 0 : self, 0);
            if (!Deny(filter, seccomp_syscall_resolve_name(name), ErrnoPermission, [other])) return Failed(name);
        }
        var noThread = new Comparison(0, Compare.MaskedEqual, CloneThread, 0);
        return Deny(filter, seccomp_syscall_resolve_name("clone"), ErrnoPermission, [noThread])
            ? null
            : Failed("clone");
    }

    private static bool Deny(nint filter, int number, uint action, Comparison[] comparisons) =>
        number == UnknownName
        || seccomp_rule_add_array(filter, action, number, (uint)comparisons.Length, comparisons) == 0;

    private static string Failed(string name) => $"seccomp: no rule could be made for {name}";

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Comparison(uint argument, Compare compare, ulong first, ulong second)
    {
        public readonly uint Argument = argument;
        public readonly Compare Compare = compare;
        public readonly ulong First = first;
        public readonly ulong Second = second;
    }

    [LibraryImport("libseccomp.so.2")]
    private static partial nint seccomp_init(uint defaultAction);

    [LibraryImport("libseccomp.so.2")]
    private static partial void seccomp_release(nint filter);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_attr_set(nint filter, int attribute, uint value);

    [LibraryImport("libseccomp.so.2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name(string name);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_rule_add_array(
        nint filter, uint action, int number, uint count, [In] Comparison[] comparisons);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_load(nint filter);
}
