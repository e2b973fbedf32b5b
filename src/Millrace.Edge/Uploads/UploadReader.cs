using Microsoft.AspNetCore.Http;
using Millrace.Core.Images;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Uploads;

/// <summary>The outcome of reading: exactly one of the two is not null.</summary>
internal readonly record struct UploadReading(Upload? Upload, Problem? Problem);

/// <summary>Reads a request's body into memory, within the limits on bytes.</summary>
internal static class UploadReader
{
    /// <summary>
    /// What boundaries and part headers, or chunk sizes, may add to an image; a 16th of it comes on top.
    /// </summary>
    private const int FramingBytesMax = 64 * 1024;

    /// <summary>Most bytes of a whole body as Kestrel counts it: with its framing.</summary>
    public static long FramedBytesMax(ImageLimits limits) => limits.BytesMax + (limits.BytesMax / 16) + FramingBytesMax;

    /// <summary>Highest Content-Length that is taken.</summary>
    public static long ContentLengthMax(MediaKind kind, ImageLimits limits) =>
        kind == MediaKind.Multipart ? FramedBytesMax(limits) : limits.BytesMax;

    /// <summary>Reads the body to its end.</summary>
    /// <param name="request">Its body has not been read.</param>
    /// <param name="kind">Raw or multipart.</param>
    /// <param name="limits">Most bytes of an image.</param>
    /// <param name="admitted">
    /// The request's grant, which covers Content-Length or <see cref="HashedBuffer.FirstBytes"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">
    /// The client broke the body off, or HTTP's rules, or was too slow for Kestrel.
    /// </exception>
    public static async Task<UploadReading> ReadAsync(
        HttpRequest request, MediaKind kind, ImageLimits limits, Admitted admitted, CancellationToken cancellationToken)
    {
        using var form = new UploadForm(limits.BytesMax, admitted);
        var problem = kind == MediaKind.Multipart
            ? await form.ReadPartsAsync(request, cancellationToken)
            : await form.ReadRawAsync(request, cancellationToken);
        return problem is null ? form.Take() : new(null, problem);
    }
}
