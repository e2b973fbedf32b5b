using Millrace.Core.Images;
using Millrace.Testing;
using Millrace.Worker.Kernels;

namespace Millrace.Kernel.Tests.Limits;

/// <summary>One kernel with narrow limits, which meets every costly image in turn and must outlive them all.</summary>
public sealed class LimitedKernel : IAsyncLifetime
{
    internal KernelProcess Kernel { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Kernel = await StartAsync(
        new ImageLimits { FramesMax = 10, OutputSideMax = 2000, OutputPixelsMax = 1_000_000 });

    public async ValueTask DisposeAsync() => await Kernel.DisposeAsync();

    internal static Task<KernelProcess> StartAsync(ImageLimits limits) => TestKernel.StartAsync(
        TestFiles.ProductionKernel, TestContext.Current.CancellationToken, limits, faults: null);
}
