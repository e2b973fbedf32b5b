using BenchmarkDotNet.Attributes;
using Millrace.Core.Images;
using Millrace.Core.Kernels;

namespace Millrace.Bench.Micro;

public class FrameHeaderBenchmarks
{
    private const int BytesMax = 1 << 20;
    private readonly byte[] _request = new byte[KernelFrames.RequestHeaderBytes];
    private readonly byte[] _reply = new byte[KernelFrames.ReplyHeaderBytes];

    [Benchmark]
    public bool Request()
    {
        new KernelRequestHeader(1, 40, 250_000, 0).Write(_request);
        return KernelRequestHeader.Read(_request, BytesMax) is not null;
    }

    [Benchmark]
    public bool Reply()
    {
        var source = new ImageHeader(ImageFormat.Jpeg, 1500, 1000, 1);
        new KernelReplyHeader(1, 0, 0, 15_000, ImageFormat.Jpeg, 300, 200, 1, source).Write(_reply);
        return KernelReplyHeader.Read(_reply, BytesMax) is not null;
    }
}
