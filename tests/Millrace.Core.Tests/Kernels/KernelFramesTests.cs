using CsCheck;
using Millrace.Core.Images;
using Millrace.Core.Kernels;

namespace Millrace.Core.Tests.Kernels;

/// <summary>Headers of frames: what is written is read, what cannot be is refused, whatever the bytes.</summary>
public sealed class KernelFramesTests
{
    private const long BodyMax = 1_000_000;

    private static readonly Gen<ImageHeader> Sources = Gen.Select(
        Gen.Enum<ImageFormat>(), Gen.Int[1, 65_535], Gen.Int[1, 65_535], Gen.Int[1, 1_000], Gen.Bool, Gen.Int[1, 100],
        (format, width, height, frames, progressive, scans) =>
            new ImageHeader(format, width, height, frames, progressive, scans));

    private static readonly Gen<KernelReplyHeader> Images = Gen.Select(
        Gen.ULong[1, ulong.MaxValue], Gen.Int[1, (int)BodyMax], Gen.Enum<ImageFormat>(), Gen.Int[1, 65_535],
        Gen.Int[1, 65_535], Sources,
        (sequence, bytes, format, width, height, source) =>
            new KernelReplyHeader(sequence, 0, 0, bytes, format, width, height, 1, source));

    [Fact]
    public void Request_WhenSound_ReadsAsWritten() => Gen.Select(
        Gen.ULong, Gen.Int[0, KernelFrames.TextBytesMax], Gen.Int[0, (int)BodyMax], Gen.Int[0, (int)BodyMax],
        (sequence, text, source, mark) => new KernelRequestHeader(sequence, text, source, mark)).Sample(header =>
        {
            var bytes = new byte[KernelFrames.RequestHeaderBytes];
            header.Write(bytes);
            Assert.Equal(header, KernelRequestHeader.Read(bytes, BodyMax));
        });

    [Fact]
    public void Reply_WhenSound_ReadsAsWritten() => Images.Sample(header =>
        Assert.Equal(header, KernelReplyHeader.Read(Written(header), BodyMax)));

    [Fact]
    public void Read_WhateverTheBytes_NeverThrowsAndHoldsItsBounds() => Gen.Byte.Array[KernelFrames.ReplyHeaderBytes]
        .Sample(bytes =>
        {
            new byte[] { 0x4D, 0x52, 0x4B, 0x31 }.CopyTo(bytes, 0);
            if (KernelReplyHeader.Read(bytes, BodyMax) is { } reply)
            {
                Assert.InRange(reply.ImageBytes, 0, (int)BodyMax);
                Assert.InRange(reply.TextBytes, 0, KernelFrames.TextBytesMax);
            }
            if (KernelRequestHeader.Read(bytes, BodyMax) is { } request)
            {
                Assert.InRange(request.SourceBytes, 0, (int)BodyMax);
                Assert.InRange(request.WatermarkBytes, 0, (int)BodyMax);
            }
        });

    public static TheoryData<KernelReplyHeader> Lies()
    {
        var good = new KernelReplyHeader(
            7, 0, 0, 100, ImageFormat.Png, 10, 10, 1, new ImageHeader(ImageFormat.Jpeg, 20, 20));
        return
        [
            good with { ImageBytes = (int)BodyMax + 1 },
            good with { ImageBytes = -1 },
            good with { ImageBytes = 0 },
            good with { TextBytes = KernelFrames.TextBytesMax + 1 },
            good with { TextBytes = -1 },
            good with { Format = (ImageFormat)99 },
            good with { Width = 0 },
            good with { Frames = 0 },
            good with { Source = null },
            good with { Failure = 8 },
            good with { Sequence = 0 },
        ];
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void Reply_WhenItCannotBe_IsRefused(KernelReplyHeader lie) =>
        Assert.Null(KernelReplyHeader.Read(Written(lie), BodyMax));

    [Fact]
    public void Read_WhenTheMagicIsAnother_IsRefused()
    {
        Assert.Null(KernelReplyHeader.Read(new byte[KernelFrames.ReplyHeaderBytes], BodyMax));
        Assert.Null(KernelRequestHeader.Read(new byte[KernelFrames.RequestHeaderBytes], BodyMax));
    }

    private static byte[] Written(KernelReplyHeader header)
    {
        var bytes = new byte[KernelFrames.ReplyHeaderBytes];
        header.Write(bytes);
        return bytes;
    }
}
