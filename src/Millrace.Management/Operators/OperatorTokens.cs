using System.Buffers.Text;
using System.Security.Cryptography;

namespace Millrace.Management.Operators;

/// <summary>The tokens of operators: <c>mo_</c> and 43 letters of base64url, of which only SHA-256 is kept.</summary>
internal sealed class OperatorTokens
{
    private const string Prefix = "mo_";
    private const int RandomBytes = 32;

    /// <summary>Whether a text is meant to be one.</summary>
    public static bool IsToken(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>A new one's text.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public async ValueTask<Operator?> FindAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return _known.GetValueOrDefault(Convert.ToHexStringLower(hash));
    }

    private readonly Dictionary<string, Operator> _known = [];
}
