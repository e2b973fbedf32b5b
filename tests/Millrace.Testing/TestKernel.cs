using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Kernels;
using Millrace.Core.Transforms;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Testing;

/// <summary>Kernels as the pool starts them, and requests to give them.</summary>
internal static class TestKernel
{
    public static Transform Transform(string text) =>
        TransformParser.Parse(text) is { Transform: { } transform }
            ? transform
            : throw new ArgumentException($"'{text}' is no transform.", nameof(text));

    public static ConversionRequest Request(byte[] source, string transform = "width=100", byte[]? watermark = null) =>
        new(source, Transform(transform), watermark);

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
    public static Task<KernelProcess> StartAsync(
        string kernelPath, CancellationToken cancellationToken, ImageLimits? limits = null, string? faults = "1") =>
        KernelProcess.StartAsync(
            KernelProgram.Find(kernelPath), new KernelSettings { Limits = limits ?? new ImageLimits() },
            KernelEnvironment.Variables(faults), imageBytesMax: 256 << 20, TimeSpan.FromSeconds(60),
            TimeProvider.System, cancellationToken);
}
