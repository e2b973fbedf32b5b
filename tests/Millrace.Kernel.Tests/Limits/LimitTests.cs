using System.Globalization;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Testing;
using Millrace.Worker.Kernels;

namespace Millrace.Kernel.Tests.Limits;

/// <summary>Images that would cost too much: each is refused by name, and the same kernel goes on.</summary>
public sealed class LimitTests(Kernels kernels, LimitedKernel limited) : IClassFixture<LimitedKernel>
{
    private const long MemoryBytesMax = 250L << 20;
    private static readonly byte[] Good = TestFiles.Photo("p16-fossa.jpg");
    private readonly KernelProcess _kernel = limited.Kernel;

    public static TheoryData<string, string, ConversionFailure> Costly() => new()
    {
        { "huge-jpeg", "width=100", ConversionFailure.TooManyPixels },
        { "huge-avif", "width=100", ConversionFailure.TooManyPixels },
        { "wide-png", "width=100", ConversionFailure.TooManyPixels },
        { "lying-png", "width=100", ConversionFailure.Damaged },
        { "lying-png", "crop=10,10", ConversionFailure.Damaged },
        { "frames", "width=10", ConversionFailure.TooManyFrames },
        { "good", "width=1001&height=1001&fit=fill&enlarge=true", ConversionFailure.OutputTooLarge },
        { "good", "width=2001&enlarge=true", ConversionFailure.OutputTooLarge },
        { "good", "padding=2000", ConversionFailure.OutputTooLarge },
        { "good", "width=2001&height=1&fit=contain", ConversionFailure.OutputTooLarge },
        { "good", "crop=10,10&width=2001&enlarge=true", ConversionFailure.OutputTooLarge },
        { "good", "trim=10&width=2001&enlarge=true", ConversionFailure.OutputTooLarge },
        { "good", "crop=9999,9999,5,5", ConversionFailure.TransformImpossible },
    };

    [Theory]
    [MemberData(nameof(Costly))]
    public async Task Convert_WhenItWouldCostTooMuch_FailsByNameAndTheNextIsServed(
        string name, string transform, ConversionFailure expected)
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(Costs.Named(name), transform));

        Assert.True(answer.Outcome is not null, answer.Death?.ToString());
        Assert.Equal(expected, answer.Outcome.Failure);
        Assert.NotEqual("", answer.Outcome.Reason);
        await AssertServesAsync(_kernel);
        Assert.InRange(PeakBytes(), 1, MemoryBytesMax);
    }

    [Fact]
    public async Task Bytes_MoreThanAllowed_AreRefusedByThePool()
    {
        var outcome = await kernels.TryAsync(Costs.Named("scans"), "width=100");
        var mark = await kernels.TryAsync(Good, "watermark=upload", Costs.Named("scans"));

        Assert.Equal((ConversionFailure.TooManyBytes, 0), (outcome.Failure, outcome.Timing.Attempts));
        Assert.Equal((ConversionFailure.TooManyBytes, 0), (mark.Failure, mark.Timing.Attempts));
    }

    [Fact]
    public async Task Scans_WhenTheBytesAreAllowed_AreCounted()
    {
        await using var kernel = await LimitedKernel.StartAsync(new ImageLimits { BytesMax = 128 << 20 });

        var answer = await kernel.ConvertAsync(TestKernel.Request(Costs.Named("scans")));

        Assert.Equal(ConversionFailure.TooManyScans, answer.Outcome?.Failure);
        await AssertServesAsync(kernel);
    }

    [Fact]
    public async Task Frames_WhenFewerAreAskedFor_AreAllowed()
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(Costs.Named("frames"), "frames=10"));

        using var image = answer.Outcome?.Image;
        Assert.Equal(10, image?.Frames);
    }

    public static MatrixTheoryData<string, string> Bombs() =>
        new(["iCCP", "zTXt", "iTXt"], ["width=20", "crop=10,10", "metadata=keep", "color=keep"]);

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Bomb_InAChunkOfAPng_IsNotInflated(string kind, string transform)
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(Costs.Bomb(kind), transform));

        using var image = answer.Outcome?.Image;
        Assert.True(image is not null || answer.Outcome?.Failure == ConversionFailure.Damaged, answer.ToString());
        Assert.InRange(PeakBytes(), 1, MemoryBytesMax);
        await AssertServesAsync(_kernel);
    }

    private static async Task AssertServesAsync(KernelProcess kernel)
    {
        var next = await kernel.ConvertAsync(TestKernel.Request(Good, "width=50"));
        using var image = next.Outcome?.Image;
        Assert.Equal(50, image?.Width);
    }

    private long PeakBytes()
    {
        var line = File.ReadLines($"/proc/{_kernel.ProcessId}/status")
            .Single(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
    }
}
