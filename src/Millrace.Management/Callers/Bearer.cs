using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Millrace.Management.Callers;

/// <summary>What stands in the header <c>Authorization</c>.</summary>
internal static class Bearer
{
    /// <summary>What is told to whom comes without.</summary>
    public const string Realm = "Bearer realm=\"millrace\"";

    /// <summary>What is told to whom comes with a wrong one.</summary>
    public const string Invalid = Realm + ", error=\"invalid_token\"";

    private const string Scheme = "Bearer ";
    private const int LengthMax = 8 * 1024;

    /// <summary>The token; null when there is none, or more than one.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var token = header[0]![Scheme.Length..].Trim(' ');
        return token.Length is > 0 and <= LengthMax ? token : null;
    }

    /// <summary>SHA-256 of a token's text: hashes have one length, so that comparing them takes one time.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
