using System.Net;
using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Kernels;

namespace Millrace.Worker.Edges;

/// <summary>An outcome as a kernel's reply: header, text, image. The image is sent from where it stands.</summary>
internal sealed class ResultContent : HttpContent
{
    private readonly byte[] _head;
    private readonly ReadOnlyMemory<byte> _image;

    /// <summary>Of an outcome that stays the caller's until it is sent.</summary>
    public ResultContent(ConversionOutcome outcome)
    {
        var text = outcome.Image is null ? Text(outcome.Reason) : [];
        _image = outcome.Image?.Bytes ?? default;
        _head = new byte[KernelFrames.ReplyHeaderBytes + text.Length];
        Header(outcome, text.Length).Write(_head);
        text.CopyTo(_head, KernelFrames.ReplyHeaderBytes);
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_head, cancellationToken);
        await stream.WriteAsync(_image, cancellationToken);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _image.Length;
        return true;
    }

    // A sequence of 0 would be a hello.
    private static KernelReplyHeader Header(ConversionOutcome outcome, int textBytes) => outcome.Image is { } image
        ? new(1, 0, 0, image.Bytes.Length, image.Format, image.Width, image.Height, image.Frames, image.Source)
        : new(1, (int)outcome.Failure!.Value, textBytes, 0, default, 0, 0, 0, null);

    private static byte[] Text(string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        return text.Length <= KernelFrames.TextBytesMax ? text : text[..KernelFrames.TextBytesMax];
    }
}
