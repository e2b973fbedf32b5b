using System.Runtime.InteropServices;

namespace Millrace.Kernel.Faulty;

/// <summary>System call numbers of x86-64 and of arm64.</summary>
internal static class Calls
{
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static nint Openat => IsArm ? 56 : 257;
    public static nint Unlinkat => IsArm ? 35 : 263;
    public static nint Socket => IsArm ? 198 : 41;
    public static nint MemfdCreate => IsArm ? 279 : 319;
    public static nint IoUringSetup => 425;
    public static nint Bpf => IsArm ? 280 : 321;
    public static nint Unshare => IsArm ? 97 : 272;
    public static nint Setuid => IsArm ? 146 : 105;
    public static nint Clone => IsArm ? 220 : 56;
    public static nint Clone3 => 435;
    public static nint Execve => IsArm ? 221 : 59;
    public static nint Ptrace => IsArm ? 117 : 101;
    public static nint Kill => IsArm ? 129 : 62;
    public static nint Tgkill => IsArm ? 131 : 234;
    public static nint Prlimit => IsArm ? 261 : 302;
    public static nint ProcessVmReadv => IsArm ? 270 : 310;
    public static nint PidfdOpen => 434;
}
