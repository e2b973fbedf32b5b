using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;

namespace Millrace.Edge.Jobs;

/// <summary>Which part of a result a request asks for, as RFC 9110, section 14 has it.</summary>
/// <param name="Bytes">With its length; null for all.</param>
/// <param name="IsUnsatisfiable">Whether it asks for nothing that is there.</param>
internal readonly record struct ResultRange(ByteRange? Bytes, bool IsUnsatisfiable)
{
    /// <summary>
    /// Reads the header Range. Several ranges, other units, and a range under a condition that does not hold are passed
    /// over: the answer is the whole.
    /// </summary>
    public static ResultRange Read(HttpRequest request, JobResult result)
    {
        var headers = request.Headers;
        if (headers.Range.Count == 0 || (headers.IfRange.Count > 0 && headers.IfRange.ToString() != result.Tag))
            return default;
        return RangeHeaderValue.TryParse(headers.Range.ToString(), out var range)
            && range.Unit == "bytes" && range.Ranges.Count == 1
                ? Of(range.Ranges.Single(), result.Bytes)
                : default;
    }

    private static ResultRange Of(RangeItemHeaderValue range, long length)
    {
        // Only an end: so many bytes from the end.
        var from = range.From ?? Math.Max(0, length - range.To!.Value);
        var to = range.From is null ? length - 1 : Math.Min(range.To ?? long.MaxValue, length - 1);
        return from > to ? new(null, true) : new(new ByteRange(from, to - from + 1), false);
    }
}
