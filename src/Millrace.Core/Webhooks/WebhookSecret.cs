using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Webhooks;

/// <summary>
/// What a receiver and this service share, as Standard Webhooks has it: <c>whsec_</c> and base64 of 24 to 64 bytes.
/// Never written anywhere: its text is not the secret.
/// </summary>
public sealed class WebhookSecret
{
    /// <summary>How its text begins.</summary>
    public const string Prefix = "whsec_";

    private const int BytesMin = 24;
    private const int BytesMax = 64;
    private const int TextMax = 128;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>What a secret must look like, for a person.</summary>
    public static string Allowed => $"'{Prefix}' and base64 of {BytesMin} to {BytesMax} bytes";

    /// <summary>Reads a secret; null when the text is none.</summary>
    public static WebhookSecret? Read(string? text)
    {
        if (text is null || text.Length > TextMax || !text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        Span<byte> bytes = stackalloc byte[TextMax];
        return Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length)
            && length is >= BytesMin and <= BytesMax
                ? new WebhookSecret(bytes[..length].ToArray())
                : null;
    }

    /// <summary>The signature of a message by this secret.</summary>
    /// <param name="id">The message's id, without a full stop, so that where it ends is beyond doubt.</param>
    /// <param name="sentAt">When it is sent; whole seconds count.</param>
    /// <param name="body">As it is sent.</param>
    internal string Sign(string id, DateTimeOffset sentAt, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"{id}.{sentAt.ToUnixTimeSeconds()}.")));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }

    /// <summary>Not the secret.</summary>
    public override string ToString() => Prefix + "…";
}

/// <summary>Signs messages. Pure.</summary>
public static class WebhookSignature
{
    /// <summary>Secrets of an endpoint at once: the new one and the old one, while it rotates.</summary>
    public const int SecretsMax = 2;

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, separated by a space.</summary>
    /// <inheritdoc cref="WebhookSecret.Sign"/>
    public static string Of(
        IReadOnlyList<WebhookSecret> secrets, string id, DateTimeOffset sentAt, ReadOnlySpan<byte> body)
    {
        var signatures = new string[secrets.Count];
        for (var i = 0; i < signatures.Length; i++) signatures[i] = secrets[i].Sign(id, sentAt, body);
        return string.Join(' ', signatures);
    }
}
