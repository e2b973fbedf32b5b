namespace Millrace.Core.Identity;

/// <summary>
/// The text of an API key: <c>mr_</c>, 30 letters of base 62 (178 bits), and 6 more that are the CRC-32 of the 30, so
/// that a slip is refused without asking anybody and a scanner for secrets can tell a key from other text.
/// </summary>
public static class ApiKeyText
{
    /// <summary>How every key begins.</summary>
    public const string Prefix = "mr_";

    /// <summary>What a key is written in.</summary>
    public const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Random letters in a key.</summary>
    public const int RandomLetters = 30;

    /// <summary>Characters of a key.</summary>
    public const int Length = 3 + RandomLetters + CheckLetters;

    private const int CheckLetters = 6;
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Steps = [.. Enumerable.Range(0, 256).Select(Step)];

    /// <summary>The key of these letters.</summary>
    /// <param name="random"><see cref="RandomLetters"/> of <see cref="Letters"/>, from a cryptographic source.</param>
    public static string Of(ReadOnlySpan<char> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLetters);
        Span<char> check = stackalloc char[CheckLetters];
        WriteCheck(random, check);
        return string.Concat(Prefix, random, check);
    }

    /// <summary>Whether it can be a key: form and check letters. Says nothing about whether anybody has it.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var random = text.Slice(Prefix.Length, RandomLetters);
        foreach (var letter in random)
        {
            if (!char.IsAsciiLetterOrDigit(letter)) return false;
        }
        Span<char> check = stackalloc char[CheckLetters];
        WriteCheck(random, check);
        return text[^CheckLetters..].SequenceEqual(check);
    }

    // Most significant letter first; 62^6 is more than 2^32.
    private static void WriteCheck(ReadOnlySpan<char> random, Span<char> check)
    {
        var rest = Crc32(random);
        for (var i = CheckLetters - 1; i >= 0; i--)
        {
            (rest, var digit) = Math.DivRem(rest, (uint)Letters.Length);
            check[i] = Letters[(int)digit];
        }
    }

    // Of ASCII letters. Every request pays for it: by the table a tenth of what bit by bit costs.
    private static uint Crc32(ReadOnlySpan<char> text)
    {
        var crc = uint.MaxValue;
        foreach (var letter in text) crc = (crc >> 8) ^ Steps[(byte)(crc ^ letter)];
        return ~crc;
    }

    private static uint Step(int low)
    {
        var crc = (uint)low;
        for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
        return crc;
    }
}
