using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Millrace.Core.Transforms;

namespace Millrace.Edge.Convert;

/// <summary>
/// The strong ETag of a result: equal source, transform (format resolved) and build give equal bytes.
/// </summary>
internal static class ResultTag
{
    /// <summary>128 of 256 bits: enough that no two results will ever share a tag by chance.</summary>
    private const int BytesKept = 16;

    /// <summary>The tag, with its quotes.</summary>
    public static string Of(byte[] sourceHash, Transform transform, string build)
    {
        var text = Encoding.UTF8.GetBytes(build + "\n" + transform);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(sourceHash);
        hash.AppendData(text);
        return '"' + System.Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, BytesKept)) + '"';
    }

    /// <summary>Whether an If-None-Match header names the tag. <c>*</c> does not: nothing is stored here.</summary>
    public static bool Matches(StringValues ifNoneMatch, string tag)
    {
        if (ifNoneMatch.Count == 0) return false;
        var own = new EntityTagHeaderValue(tag);
        return EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags)
            && tags.Any(theirs => theirs.Compare(own, useStrongComparison: false));
    }
}
