using System.Globalization;
using ImageMagick;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Testing;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Tests.Kernels;

/// <summary>
/// What every build of the kernel does: it converts, it survives bad images, and nothing gets out of it.
/// </summary>
public abstract class KernelContract : IAsyncLifetime
{
    private KernelProcess _kernel = null!;

    protected abstract string Path { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kernel = await TestKernel.StartAsync(Path, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _kernel.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Start_WhenReady_SandboxIsCompleteInProc()
    {
        Assert.Empty(_kernel.Hello.Missing);
        Assert.Empty(SandboxProof.Missing(_kernel.ProcessId));
        Assert.Contains("libvips 8.", _kernel.Hello.Build, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WhenReady_LeadsAProcessGroupOfItsOwn()
    {
        const int group = 2;
        var stat = File.ReadAllText($"/proc/{_kernel.ProcessId}/stat");

        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

        Assert.Equal(_kernel.ProcessId.ToString(CultureInfo.InvariantCulture), fields[group]);
    }

    [Fact]
    public async Task Start_WhenReady_HoldsTwoSocketsAndNoSecrets()
    {
        await ConvertAsync(TestFiles.Photo("p16-fossa.jpg"), "width=50");

        var variables = File.ReadAllText($"/proc/{_kernel.ProcessId}/environ")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var sockets = Directory.GetFiles($"/proc/{_kernel.ProcessId}/fd")
            .Select(path => new FileInfo(path).LinkTarget ?? "").Distinct()
            .Count(target => target.StartsWith("socket:", StringComparison.Ordinal));

        Assert.Equal(KernelEnvironment.Variables("1").Order(), variables.Order());
        Assert.Equal(2, sockets);
    }

    public static TheoryData<string> Formats() => [.. ImageFormats.All.Select(format => format.Name())];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Convert_ToAndFromEachFormat_KeepsShape(string format)
    {
        using var there = await ConvertAsync(TestFiles.Photo("exif6-seeding.jpg"), "width=160&format=" + format);
        using var back = await ConvertAsync(there.Bytes.ToArray(), "width=80&format=png");

        using var decoded = new MagickImage(there.Bytes.Span);
        Assert.Equal((160u, 284u), (decoded.Width, decoded.Height));
        Assert.Equal((80, 142), (back.Width, back.Height));
    }

    public static TheoryData<string> Probes() => new(
        "open", "open-library", "create", "unlink", "socket", "socket-unix", "memfd", "io-uring", "bpf", "unshare",
        "setuid", "fork", "fork-call", "clone3", "exec", "ptrace-parent", "kill-parent", "kill-all", "tgkill-parent",
        "limit-parent", "read-parent", "pidfd", "new-thread-open", "new-thread-socket", "new-thread-kill-parent",
        "new-thread-exec");

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task Escape_WhateverTheWay_IsDenied(string probe)
    {
        const int denied = 42;

        var answer = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty(probe)));

        Assert.NotNull(answer.Death);
        Assert.True(answer.Death.Exit is { Code: denied }, $"{probe}: {answer.Death.Exit}; {answer.Death.Stderr}");
    }

    public static TheoryData<string, ConversionFailure> BadImages() => new()
    {
        { "empty", ConversionFailure.Empty },
        { "text", ConversionFailure.UnsupportedFormat },
        { "svg", ConversionFailure.UnsupportedFormat },
        { "cut-jpeg", ConversionFailure.Damaged },
        { "cut-png", ConversionFailure.Damaged },
        { "cut-webp", ConversionFailure.Damaged },
        { "cut-avif", ConversionFailure.Damaged },
        { "wide-png", ConversionFailure.TooManyPixels },
    };

    [Theory]
    [MemberData(nameof(BadImages))]
    public async Task Convert_WhenTheImageIsBad_FailsByNameAndTheNextIsServed(string name, ConversionFailure expected)
    {
        var bad = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Named(name)));
        using var next = await ConvertAsync(TestFiles.Photo("p16-fossa.jpg"), "width=50");

        Assert.Equal(expected, bad.Outcome?.Failure);
        Assert.NotEqual("", bad.Outcome!.Reason);
        Assert.Equal(50, next.Width);
    }

    [Fact]
    public async Task Crash_IsReportedAsASignal()
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty("crash")));

        Assert.Equal(KernelDeathCause.Signal, answer.Death?.Cause);
        Assert.NotEqual(0, answer.Death!.Exit!.Value.Signal);
    }

    [Fact]
    public async Task Babble_IsKilledAsBrokenProtocol()
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty("babble")));

        Assert.Equal(KernelDeathCause.Protocol, answer.Death?.Cause);
    }

    [Fact]
    public async Task Flood_OfStderr_NeitherBlocksNorIsKept()
    {
        var flooded = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty("flood")));
        flooded.Outcome?.Image?.Dispose();
        var death = await _kernel.EndAsync();

        Assert.NotNull(flooded.Outcome?.Image);
        Assert.InRange(death.Stderr.Length, 1, 4096);
    }

    [Fact]
    public async Task Memory_WhenRefusedByItsOwnLimit_DiesOfMemory()
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty("memory")));

        Assert.Equal(KernelDeathCause.Memory, answer.Death?.Cause);
    }

    [Fact]
    public async Task Kill_WhileItSpins_EndsItAtOnce()
    {
        var answer = _kernel.ConvertAsync(TestKernel.Request(BadImage.Faulty("spin")));
        _kernel.Kill(KernelDeathCause.Deadline);

        var killed = await answer.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal(KernelDeathCause.Deadline, killed.Death?.Cause);
    }

    private async Task<ConvertedImage> ConvertAsync(byte[] source, string transform)
    {
        var answer = await _kernel.ConvertAsync(TestKernel.Request(source, transform));
        Assert.True(answer.Outcome?.Image is not null, $"{transform}: {answer.Outcome?.Reason} {answer.Death}");
        return answer.Outcome!.Image!;
    }
}

/// <summary>The kernel as an ordinary .NET process, as a plain build makes it.</summary>
public sealed class ManagedKernelTests : KernelContract
{
    protected override string Path => TestFiles.FaultyKernel;
}

/// <summary>The kernel as Native AOT, as it is published.</summary>
public sealed class NativeKernelTests : KernelContract
{
    protected override string Path => TestFiles.NativeFaultyKernel;
}
