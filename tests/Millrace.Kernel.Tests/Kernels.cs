using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;
using Millrace.Worker.Pool;

[assembly: AssemblyFixture(typeof(Millrace.Kernel.Tests.Kernels))]

namespace Millrace.Kernel.Tests;

/// <summary>The kernels that ship, in a pool, for all tests of pixels.</summary>
public sealed class Kernels : IAsyncLifetime
{
    private RunningPool _running = null!;

    public async ValueTask InitializeAsync() => _running = await RunningPool.StartAsync(new KernelPoolOptions
    {
        Kernels = 2,
        KernelPath = TestFiles.ProductionKernel,
        QueueMax = 10_000,
        QueueTimeout = TimeSpan.FromMinutes(2),
    });

    public async ValueTask DisposeAsync() => await _running.DisposeAsync();

    /// <summary>Converts, and must succeed.</summary>
    internal async Task<Result> ConvertAsync(byte[] source, string transform, byte[]? watermark = null)
    {
        var outcome = await TryAsync(source, transform, watermark);
        using var image = outcome.Image;
        Assert.True(image is not null, $"{transform}: {outcome.Failure}: {outcome.Reason}");
        return new Result(image.Bytes.ToArray(), image.Format, image.Width, image.Height, image.Frames);
    }

    /// <summary>Converts, and looks at the only frame.</summary>
    internal async Task<Raster> RasterAsync(byte[] source, string transform, byte[]? watermark = null)
    {
        var result = await ConvertAsync(source, transform, watermark);
        var raster = Raster.Of(result.Bytes);
        Assert.Equal((result.Width, result.Height), (raster.Width, raster.Height));
        return raster;
    }

    internal Task<ConversionOutcome> TryAsync(byte[] source, string transform, byte[]? watermark = null) =>
        _running.Pool.ConvertAsync(
            TestKernel.Request(source, transform, watermark), TestContext.Current.CancellationToken);
}

/// <summary>What a kernel gave, and said about it.</summary>
internal sealed record Result(byte[] Bytes, ImageFormat Format, int Width, int Height, int Frames);
