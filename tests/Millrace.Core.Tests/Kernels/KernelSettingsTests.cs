using CsCheck;
using Millrace.Core.Images;
using Millrace.Core.Kernels;

namespace Millrace.Core.Tests.Kernels;

/// <summary>A kernel's command line and its hello.</summary>
public sealed class KernelSettingsTests
{
    [Fact]
    public void Parse_WhatWasWritten_GivesTheSame() => Gen.Select(Gen.Int[1, int.MaxValue], Gen.Long[1, long.MaxValue])
        .Sample((number, large) =>
        {
            var settings = new KernelSettings
            {
                Limits = new ImageLimits
                {
                    BytesMax = large,
                    PixelsMax = number,
                    FramesMax = number,
                    PixelsAllFramesMax = large,
                    ScansMax = number,
                    OutputPixelsMax = large,
                    OutputSideMax = number,
                },
                DataBytesMax = large,
                CpuSecondsMax = number,
            };
            Assert.Equal(settings, KernelSettings.Parse(settings.ToArguments()));
        });

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1 2 3 4 5 6 7 8 0")]
    [InlineData("1 2 3 4 5 6 7 8 -9")]
    [InlineData("1 2 3 4 5 6 7 8 x")]
    [InlineData("1 2 3 4 5 6 7 8 9 10")]
    public void Parse_WhenItIsNoKernelsCommandLine_GivesNothing(string arguments) =>
        Assert.Null(KernelSettings.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Hello_ReadsAsWritten()
    {
        var hello = new KernelHello("kernel 1; libvips 8", ["seccomp is off", "root was kept"]);

        var read = KernelHello.Parse(hello.ToText());

        Assert.Equal(hello.Build, read.Build);
        Assert.Equal(hello.Missing, read.Missing);
    }
}
