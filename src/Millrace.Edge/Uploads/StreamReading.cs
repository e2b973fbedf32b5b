using Millrace.Edge.Admission;

namespace Millrace.Edge.Uploads;

/// <summary>Reads an image that comes from elsewhere than the request's body.</summary>
internal static class StreamReading
{
    /// <summary>Reads a stream to its end, hashing it.</summary>
    /// <param name="content">The stream; stays the caller's.</param>
    /// <param name="length">What it claims to hold, in bytes; null when it does not say.</param>
    /// <param name="admitted">The request's grant, which bounds the bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<UploadReading> ReadAsync(
        Stream content, long? length, Admitted admitted, CancellationToken cancellationToken)
    {
        var bytesMax = admitted.Limits.BytesMax;
        if (length > bytesMax) return new(null, HashedBuffer.TooManyBytes(bytesMax));
        if (admitted.Hold(length ?? HashedBuffer.FirstBytes) is { } full) return new(null, full);
        var buffer = new HashedBuffer(bytesMax, length);
        var isTaken = false;
        try
        {
            var problem = await buffer.FillAsync(content, 0, admitted, cancellationToken);
            if (problem is not null) return new(null, problem);
            isTaken = true;
            return new(new Upload(buffer, null), null);
        }
        finally
        {
            if (!isTaken) buffer.Dispose();
        }
    }
}
