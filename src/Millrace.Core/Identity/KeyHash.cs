using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Identity;

/// <summary>SHA-256 of an API key's text: all that anybody but its owner has of it.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct KeyHash : IEquatable<KeyHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Of stored bytes.</summary>
    /// <param name="bytes"><see cref="Length"/> bytes.</param>
    public KeyHash(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        this = MemoryMarshal.Read<KeyHash>(bytes);
    }

    /// <summary>Of a key's text; without allocation.</summary>
    /// <param name="key">Well formed: <see cref="ApiKeyText.IsWellFormed"/>.</param>
    public static KeyHash Of(ReadOnlySpan<char> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, ApiKeyText.Length);
        Span<byte> text = stackalloc byte[ApiKeyText.Length];
        Span<byte> hash = stackalloc byte[Length];
        var written = Encoding.ASCII.GetBytes(key, text);
        SHA256.HashData(text[..written], hash);
        CryptographicOperations.ZeroMemory(text);
        return new KeyHash(hash);
    }

    /// <summary>Reads <see cref="ToString"/>'s form; false for anything else.</summary>
    public static bool TryParse(string? text, out KeyHash hash)
    {
        hash = default;
        if (text is not { Length: Length * 2 } || !text.All(char.IsAsciiHexDigitLower)) return false;
        hash = new KeyHash(Convert.FromHexString(text));
        return true;
    }

    /// <summary>Writes the bytes.</summary>
    /// <param name="bytes">At least <see cref="Length"/>.</param>
    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    /// <summary>In constant time.</summary>
    public bool Equals(KeyHash other) =>
        ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    /// <summary>A part of the hash: hashes are spread already.</summary>
    public override int GetHashCode() => (int)_a;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>In constant time.</summary>
    public static bool operator ==(KeyHash left, KeyHash right) => left.Equals(right);

    /// <summary>In constant time.</summary>
    public static bool operator !=(KeyHash left, KeyHash right) => !left.Equals(right);
}
