using System.Runtime.InteropServices;

namespace Millrace.Worker.Kernels;

/// <summary>The program that runs as a kernel: a native executable, or an assembly that the same .NET runs.</summary>
/// <param name="Path">What is executed.</param>
/// <param name="Arguments">What comes before the kernel's own arguments.</param>
internal sealed record KernelProgram(string Path, IReadOnlyList<string> Arguments)
{
    private const string FileName = "Millrace.Kernel";

    /// <summary>
    /// Finds the kernel: at the path of the options, else in the folder <c>kernel</c> beside the executable.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static KernelProgram Find(string? configuredPath)
    {
        var path = configuredPath ?? System.IO.Path.Combine(AppContext.BaseDirectory, "kernel", FileName + ".dll");
        if (configuredPath is null && !File.Exists(path)) path = System.IO.Path.ChangeExtension(path, null);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"There is no kernel at '{path}'. It is built with the service: run ./dev build, or publish both.",
                path);
        }
        return path.EndsWith(".dll", StringComparison.Ordinal)
            ? new KernelProgram(Muxer(), [path])
            : new KernelProgram(path, []);
    }

    // The runtime that runs this process also runs the kernel: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string Muxer()
    {
        var runtime = System.IO.Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(runtime, "..", "..", ".."));
        var muxer = System.IO.Path.Combine(root, "dotnet");
        return File.Exists(muxer)
            ? muxer
            : throw new FileNotFoundException(
                $"There is no dotnet at '{muxer}' to run the kernel with; publish it as native code.", muxer);
    }
}
