using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Kernel.Faulty;

/// <summary>
/// Compiles and links the faults while files can still be opened: an attacker's code would not need to, and a probe
/// that fails for want of an assembly proves nothing. Native AOT has nothing to prepare.
/// </summary>
internal static class Preparation
{
    private const BindingFlags All =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Runs only where nothing was trimmed.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Runs only where nothing was trimmed.")]
    public static void Run()
    {
        new Thread(() => { }).Start();
        if (!RuntimeFeature.IsDynamicCodeCompiled) return;
        foreach (var type in typeof(Faults).Assembly.GetTypes())
        {
            Marshal.PrelinkAll(type);
            foreach (var method in type.GetMethods(All).Where(method => !method.IsAbstract))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }
    }
}
