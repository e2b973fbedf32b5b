using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Poison;

/// <summary>
/// What a strike is counted against: SHA-256 of an image and a digest of the kernel's build, and for deaths that the
/// transform may have caused a digest of that too. A new build of the kernel lets old verdicts lapse.
/// </summary>
/// <param name="Text">
/// <c>sha256/build</c> or <c>sha256/build/transform</c>, hexadecimal, at most 100 characters.
/// </param>
public readonly record struct Fingerprint(string Text)
{
    /// <summary>Longest <see cref="Text"/>.</summary>
    public const int LengthMax = 100;

    private const int DigestBytes = 8;

    /// <summary>The image alone: it killed a kernel by a signal, and any transform of it may do so again.</summary>
    /// <param name="contentHash">SHA-256 of the image, lower-case hexadecimal.</param>
    /// <param name="build">What the kernel calls itself.</param>
    public static Fingerprint OfImage(string contentHash, string build) => new($"{contentHash}/{Digest(build)}");

    /// <summary>
    /// The image with this transform: it died by deadline or memory, or a watermark had a part in it. Another size may
    /// be fine, and nobody can have a stranger's picture banned by asking for an absurd transform.
    /// </summary>
    /// <param name="contentHash">SHA-256 of the image, lower-case hexadecimal.</param>
    /// <param name="build">What the kernel calls itself.</param>
    /// <param name="transform">Canonical text.</param>
    public static Fingerprint OfRequest(string contentHash, string build, string transform) =>
        new($"{contentHash}/{Digest(build)}/{Digest(transform)}");

    /// <summary>The image's SHA-256.</summary>
    public string ContentHash => Text[..Math.Min(Text.Length, 2 * SHA256.HashSizeInBytes)];

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, DigestBytes));
}
