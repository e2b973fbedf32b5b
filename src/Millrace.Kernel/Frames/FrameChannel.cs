using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Kernels;
using Millrace.Core.Transforms;

namespace Millrace.Kernel.Frames;

/// <summary>What came over the socket: a request, or the reason why there is none.</summary>
/// <param name="Request">Null when the socket closed or the frame was malformed.</param>
/// <param name="Sequence">The request's number.</param>
/// <param name="Closed">Whether the worker closed the socket between two frames.</param>
internal readonly record struct Received(ConversionRequest? Request, ulong Sequence, bool Closed);

/// <summary>The kernel's end of the frames. Blocking: a kernel does one thing at a time.</summary>
internal sealed class FrameChannel
{
    private readonly byte[] _requestHeader = new byte[KernelFrames.RequestHeaderBytes];
    private readonly byte[] _text = new byte[KernelFrames.TextBytesMax];

    public void SendHello(KernelHello hello) =>
        SendText(new KernelReplyHeader(0, 0, 0, 0, ImageFormat.Jpeg, 0, 0, 0, null), hello.ToText());

    public void SendFailure(ulong sequence, ConversionFailure failure, string reason) =>
        SendText(new KernelReplyHeader(sequence, (int)failure, 0, 0, ImageFormat.Jpeg, 0, 0, 0, null), reason);

    public void SendImage(ulong sequence, ConvertedImage image)
    {
        var header = new KernelReplyHeader(
            sequence, 0, 0, image.Bytes.Length, image.Format, image.Width, image.Height, image.Frames, image.Source);
        SendHeader(header);
        StandardInput.Write(image.Bytes.Span);
    }

    public Received Receive(long bodyBytesMax)
    {
        if (!StandardInput.Fill(_requestHeader)) return new Received(null, 0, Closed: true);
        if (KernelRequestHeader.Read(_requestHeader, bodyBytesMax) is not { } header)
            return new Received(null, 0, Closed: false);
        var text = _text.AsSpan(0, header.TextBytes);
        var source = GC.AllocateUninitializedArray<byte>(header.SourceBytes);
        var watermark = GC.AllocateUninitializedArray<byte>(header.WatermarkBytes);
        if (!StandardInput.Fill(text) || !StandardInput.Fill(source) || !StandardInput.Fill(watermark))
            return new Received(null, 0, Closed: true);
        return TransformParser.Parse(Encoding.UTF8.GetString(text)).Transform is { } transform
            ? new Received(new ConversionRequest(source, transform, watermark), header.Sequence, Closed: false)
            : new Received(null, 0, Closed: false);
    }

    private void SendText(KernelReplyHeader header, string text)
    {
        var count = Encoding.UTF8.GetBytes(text.AsSpan(0, Math.Min(text.Length, KernelFrames.TextBytesMax / 4)), _text);
        SendHeader(header with { TextBytes = count });
        StandardInput.Write(_text.AsSpan(0, count));
    }

    private void SendHeader(KernelReplyHeader header)
    {
        Span<byte> bytes = stackalloc byte[KernelFrames.ReplyHeaderBytes];
        header.Write(bytes);
        StandardInput.Write(bytes);
    }
}
