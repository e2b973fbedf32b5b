using CsCheck;
using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class ApiKeyCheckTests
{
    private static readonly Gen<string> Random =
        Gen.Char[ApiKeyText.Letters].Array[ApiKeyText.RandomLetters].Select(letters => new string(letters));

    [Fact]
    public void Of_AnyLetters_EndsWithTheirCrc32() => Random.Sample(random =>
    {
        var key = ApiKeyText.Of(random);

        var check = key[^6..].Aggregate(0L, (sum, letter) => (sum * 62) + ApiKeyText.Letters.IndexOf(letter));
        Assert.Equal(Crc32(random), check);
        Assert.True(ApiKeyText.IsWellFormed(key));
    }, iter: 300);

    [Fact]
    public void IsWellFormed_WithOneLetterMistyped_IsFalse() =>
        Gen.Select(Random, Gen.Int[0, ApiKeyText.Length - 1], Gen.Char).Sample((random, at, letter) =>
        {
            var key = ApiKeyText.Of(random);

            var mistyped = key[..at] + letter + key[(at + 1)..];

            Assert.Equal(mistyped == key, ApiKeyText.IsWellFormed(mistyped));
        }, iter: 1_000);

    // As the standard has it, bit by bit; its check value is 0xCBF43926 for "123456789".
    private static uint Crc32(string text)
    {
        var crc = uint.MaxValue;
        foreach (var letter in text)
        {
            crc ^= letter;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
