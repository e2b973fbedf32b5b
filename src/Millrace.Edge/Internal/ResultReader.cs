using System.Buffers;
using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Kernels;

namespace Millrace.Edge.Internal;

/// <summary>
/// Reads a result's body: a kernel's reply, with its lengths held against limits before they are believed.
/// </summary>
internal static class ResultReader
{
    /// <summary>Reads an outcome.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="timing">From the request's head.</param>
    /// <param name="imageBytesMax">Largest image.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when it is no reply.</returns>
    /// <exception cref="IOException">The body broke off.</exception>
    public static async Task<ConversionOutcome?> ReadAsync(
        Stream body, ConversionTiming timing, long imageBytesMax, CancellationToken cancellationToken)
    {
        var head = new byte[KernelFrames.ReplyHeaderBytes];
        if (!await FillAsync(body, head, cancellationToken)) return null;
        if (KernelReplyHeader.Read(head, imageBytesMax) is not { Sequence: > 0 } header) return null;
        return header.Failure == 0
            ? await ReadImageAsync(body, header, timing, cancellationToken)
            : await ReadFailureAsync(body, header, timing, cancellationToken);
    }

    private static async Task<ConversionOutcome?> ReadFailureAsync(
        Stream body, KernelReplyHeader header, ConversionTiming timing, CancellationToken cancellationToken)
    {
        var text = new byte[header.TextBytes];
        var isWhole = await FillAsync(body, text, cancellationToken) && await EndsAsync(body, cancellationToken);
        return isWhole && Enum.IsDefined((ConversionFailure)header.Failure)
            ? ConversionOutcome.Of((ConversionFailure)header.Failure, Encoding.UTF8.GetString(text), timing)
            : null;
    }

    private static async Task<ConversionOutcome?> ReadImageAsync(
        Stream body, KernelReplyHeader header, ConversionTiming timing, CancellationToken cancellationToken)
    {
        if (header.TextBytes > 0) return null;
        var buffer = ArrayPool<byte>.Shared.Rent(header.ImageBytes);
        var bytes = buffer.AsMemory(0, header.ImageBytes);
        var isWhole = false;
        try
        {
            isWhole = await FillAsync(body, bytes, cancellationToken) && await EndsAsync(body, cancellationToken);
        }
        finally
        {
            if (!isWhole) ArrayPool<byte>.Shared.Return(buffer);
        }
        return isWhole
            ? ConversionOutcome.Of(
                new ConvertedImage(bytes, header.Format, header.Width, header.Height, header.Frames, header.Source!,
                    () => ArrayPool<byte>.Shared.Return(buffer)),
                timing)
            : null;
    }

    private static async Task<bool> FillAsync(Stream body, Memory<byte> target, CancellationToken cancellationToken) =>
        await body.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken)
            == target.Length;

    private static async Task<bool> EndsAsync(Stream body, CancellationToken cancellationToken) =>
        await body.ReadAsync(new byte[1], cancellationToken) == 0;
}
