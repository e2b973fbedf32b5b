using System.Buffers.Binary;
using Millrace.Core.Images;

namespace Millrace.Core.Kernels;

/// <summary>
/// The frames between a worker and its kernel, over one Unix stream socket. A frame is a fixed header (little endian)
/// and the bodies whose lengths it names, in order. The worker sends a request and waits for its reply; a kernel sends
/// one hello when it is warm and sandboxed, then one reply a request. Neither side trusts the other's lengths.
/// </summary>
public static class KernelFrames
{
    /// <summary>
    /// "MRK1": changes when the frames change, so that a kernel of another build is noticed at its hello.
    /// </summary>
    public const uint Magic = 0x314B524D;

    /// <summary>Bytes of a request's header.</summary>
    public const int RequestHeaderBytes = 32;

    /// <summary>Bytes of a reply's header.</summary>
    public const int ReplyHeaderBytes = 64;

    /// <summary>Longest text in a frame, in UTF-8 bytes: a transform, or a reason.</summary>
    public const int TextBytesMax = 8 * 1024;
}

/// <summary>Header of a request: bodies follow in the order transform text, source, watermark.</summary>
/// <param name="Sequence">Counts a kernel's requests from 1; the reply repeats it.</param>
/// <param name="TextBytes">Canonical transform, UTF-8.</param>
/// <param name="SourceBytes">Encoded source.</param>
/// <param name="WatermarkBytes">Encoded watermark; 0 when there is none.</param>
public readonly record struct KernelRequestHeader(ulong Sequence, int TextBytes, int SourceBytes, int WatermarkBytes)
{
    /// <summary>Writes <see cref="KernelFrames.RequestHeaderBytes"/> bytes.</summary>
    public void Write(Span<byte> target)
    {
        target[..KernelFrames.RequestHeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, KernelFrames.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], TextBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], SourceBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], WatermarkBytes);
    }

    /// <summary>Reads a header; null when the magic or a length is wrong.</summary>
    /// <param name="source">At least <see cref="KernelFrames.RequestHeaderBytes"/> bytes.</param>
    /// <param name="bodyBytesMax">Longest source or watermark accepted.</param>
    public static KernelRequestHeader? Read(ReadOnlySpan<byte> source, long bodyBytesMax)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != KernelFrames.Magic) return null;
        var header = new KernelRequestHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]));
        var sound = header.TextBytes is >= 0 and <= KernelFrames.TextBytesMax
            && header.SourceBytes >= 0 && header.SourceBytes <= bodyBytesMax
            && header.WatermarkBytes >= 0 && header.WatermarkBytes <= bodyBytesMax;
        return sound ? header : null;
    }
}

/// <summary>Header of a hello or a reply: bodies follow in the order text, image.</summary>
/// <param name="Sequence">0 for a hello, else the request's.</param>
/// <param name="Failure">0 for an image or a hello; else a <see cref="Conversions.ConversionFailure"/>.</param>
/// <param name="TextBytes">The hello's report, or the reason of a failure, UTF-8; 0 with an image.</param>
/// <param name="ImageBytes">The encoded result; 0 without.</param>
/// <param name="Format">The result's format.</param>
/// <param name="Width">The result's width in pixels.</param>
/// <param name="Height">The height of one frame in pixels.</param>
/// <param name="Frames">Frames of the result.</param>
/// <param name="Source">What the source was found to be; null in a hello and where the header was never read.</param>
public readonly record struct KernelReplyHeader(
    ulong Sequence, int Failure, int TextBytes, int ImageBytes,
    ImageFormat Format, int Width, int Height, int Frames, ImageHeader? Source)
{
    /// <summary>Writes <see cref="KernelFrames.ReplyHeaderBytes"/> bytes.</summary>
    public void Write(Span<byte> target)
    {
        target[..KernelFrames.ReplyHeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, KernelFrames.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], Failure);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], TextBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], ImageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], (int)Format);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], Width);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], Height);
        BinaryPrimitives.WriteInt32LittleEndian(target[36..], Frames);
        if (Source is null) return;
        target[40] = 1;
        target[41] = (byte)Source.Format;
        target[42] = Source.Progressive ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(target[44..], Source.Width);
        BinaryPrimitives.WriteInt32LittleEndian(target[48..], Source.Height);
        BinaryPrimitives.WriteInt32LittleEndian(target[52..], Source.Frames);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], Source.Scans);
    }

    /// <summary>Reads a header; null when the magic, a length or a number in it cannot be.</summary>
    /// <param name="source">At least <see cref="KernelFrames.ReplyHeaderBytes"/> bytes.</param>
    /// <param name="imageBytesMax">Longest image accepted.</param>
    public static KernelReplyHeader? Read(ReadOnlySpan<byte> source, long imageBytesMax)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != KernelFrames.Magic) return null;
        var header = new KernelReplyHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            (ImageFormat)BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[36..]),
            ReadSource(source));
        return IsSound(header, imageBytesMax) ? header : null;
    }

    private static ImageHeader? ReadSource(ReadOnlySpan<byte> source) => source[40] == 0
        ? null
        : new ImageHeader(
            (ImageFormat)source[41],
            BinaryPrimitives.ReadInt32LittleEndian(source[44..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[52..]),
            source[42] != 0,
            BinaryPrimitives.ReadInt32LittleEndian(source[56..]));

    private static bool IsSound(KernelReplyHeader header, long imageBytesMax)
    {
        var lengths = header.TextBytes is >= 0 and <= KernelFrames.TextBytesMax
            && header.ImageBytes >= 0 && header.ImageBytes <= imageBytesMax;
        var isImage = header.Sequence != 0 && header.Failure == 0;
        return lengths
            && Enum.IsDefined(header.Format)
            && (header.Source is null || Enum.IsDefined(header.Source.Format))
            && isImage == header.ImageBytes > 0
            && (!isImage || header is { Width: > 0, Height: > 0, Frames: > 0, Source: not null });
    }
}
