using System.Buffers;
using System.Globalization;
using Millrace.Core.Handover;
using Millrace.Core.Images;

namespace Millrace.Worker.Edges;

/// <summary>Reads the bytes that an edge sends into one rented buffer, exactly as long as its headers say.</summary>
internal static class SourceReading
{
    /// <summary>Reads a granted fetch.</summary>
    /// <exception cref="IOException">
    /// The body ends early, or the headers name no lengths, or longer ones than images may have.
    /// </exception>
    public static async Task<Fetched> ReadAsync(
        HttpResponseMessage response, ImageLimits limits, CancellationToken cancellationToken)
    {
        var total = response.Content.Headers.ContentLength;
        var source = Number(response, HandoverWire.SourceBytes);
        var remaining = Number(response, HandoverWire.RemainingMs);
        var watermark = total - source;
        var isSound = remaining is not null
            && source >= 0 && source <= limits.BytesMax && watermark >= 0 && watermark <= limits.BytesMax;
        if (!isSound) throw new IOException("The edge's answer names no lengths that an image may have.");
        return await ReadAsync(
            response, (int)source!, (int)watermark!, TimeSpan.FromMilliseconds(remaining!.Value), cancellationToken);
    }

    private static async Task<Fetched> ReadAsync(
        HttpResponseMessage response, int source, int watermark, TimeSpan remaining,
        CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(source + watermark);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await body.ReadExactlyAsync(buffer.AsMemory(0, source + watermark), cancellationToken);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
        return new Fetched(
            FetchAnswer.Granted, buffer.AsMemory(0, source), buffer.AsMemory(source, watermark), remaining,
            () => ArrayPool<byte>.Shared.Return(buffer));
    }

    private static int? Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
