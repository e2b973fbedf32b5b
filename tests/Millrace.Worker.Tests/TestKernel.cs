using Millrace.Core.Conversions;
using Millrace.Core.Transforms;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Tests;

/// <summary>The test builds of the kernel, and the photographs to give them.</summary>
internal static class TestKernel
{
    public const string FaultMarker = "MILLRACE-FAULT:";

    private static string Root { get; } = FindRoot();

    /// <summary>The kernel as an ordinary .NET process.</summary>
    public static string Managed => Existing(
        Path.Combine(Root, "artifacts", "bin", "Millrace.Kernel.Faulty", Configuration, "Millrace.Kernel.Faulty.dll"),
        "dotnet build");

    /// <summary>The kernel as Native AOT.</summary>
    public static string Native => Existing(
        Path.Combine(Root, "artifacts", "aot", "publish", "Millrace.Kernel.Faulty", "release", "Millrace.Kernel.Faulty"),
        "dotnet publish tests/Millrace.Kernel.Faulty -c Release --ucr -p:Aot=true");

    /// <summary>The kernel that ships, which knows no faults.</summary>
    public static string Production => Existing(
        Path.Combine(Root, "artifacts", "bin", "Millrace.Kernel", Configuration, "Millrace.Kernel.dll"), "dotnet build");

#if DEBUG
    private static string Configuration => "debug";
#else
    private static string Configuration => "release";
#endif

    public static byte[] Photo(string name) => File.ReadAllBytes(Path.Combine(Root, "tests", "corpus", name));

    /// <summary>A good photograph that makes a test kernel do what is named.</summary>
    public static byte[] Faulty(string fault) =>
        [.. Photo("p16-fossa.jpg"), .. System.Text.Encoding.ASCII.GetBytes(FaultMarker + fault)];

    public static Transform Transform(string text) =>
        TransformParser.Parse(text).Transform ?? throw new ArgumentException($"'{text}' is no transform.", nameof(text));

    public static ConversionRequest Request(byte[] source, string transform = "width=100") =>
        new(source, Transform(transform));

    public static KernelPoolOptions Options(string kernelPath) => new()
    {
        Kernels = 2,
        KernelPath = kernelPath,
        FaultSwitch = "1",
        ConversionTimeout = TimeSpan.FromSeconds(20),
        QueueMax = 1000,
        QueueTimeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>One kernel, started as the pool starts it.</summary>
    public static Task<KernelProcess> StartAsync(string kernelPath, CancellationToken cancellationToken) =>
        KernelProcess.StartAsync(
            KernelProgram.Find(kernelPath), new Core.Kernels.KernelSettings(), KernelEnvironment.Variables("1"),
            imageBytesMax: 256 << 20, TimeSpan.FromSeconds(60), TimeProvider.System, cancellationToken);

    private static string Existing(string path, string command) => File.Exists(path)
        ? path
        : throw new FileNotFoundException($"'{path}' is missing; make it with: {command} (./dev test does).", path);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Millrace.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
