using CsCheck;
using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

/// <summary>Real and hand-made headers, broken at random from a seed: whatever comes, an outcome comes back.</summary>
public sealed class HeaderProbeFuzzTests
{
    private const int Mutations = 200_000;
    private const int HeadSize = 2048;

    private static readonly byte[][] Seeds =
    [
        .. Corpus.Names.Select(name => Corpus.Head(name, HeadSize)),
        .. Corpus.FuzzSeeds("probe"),
        HandMade.Jpeg(10, 10, 0xC2, 20),
        HandMade.Png(10, 10),
        HandMade.Webp(HandMade.WebpCanvas(20, 10, 2), HandMade.Chunk("ANMF", new byte[30])),
        HandMade.Webp(HandMade.WebpLossless(20, 10)),
        HandMade.GifScreen(20, 10).Raw(HandMade.GifFrame(0, 0, 20, 10, 0xC0)).Raw(HandMade.GifFrame(1, 1, 2, 2)),
        HandMade.Tiff(true, 5, 20, 10, true),
        HandMade.Tiff(false, 5, 20, 10, false),
        HandMade.Avif(new Draft().Raw(HandMade.Sides(20, 10)).Raw(HandMade.Sides(9, 9)), 1, 2),
    ];

    [Fact(Timeout = 10_000)]
    public async Task Read_WhenFuzzingStartedFromOrFoundIt_IsSound()
    {
        var seeds = Corpus.FuzzSeeds("probe");

        var outcomes = await Task.Run(() => seeds.Select(seed => HeaderProbe.Read(seed)).ToList(),
            TestContext.Current.CancellationToken);

        Assert.NotEmpty(outcomes);
        Assert.All(outcomes, Probing.AssertSound);
    }

    [Fact(Timeout = 60_000)]
    public async Task Read_WhenHeadersAreMutated_IsAlwaysSound()
    {
        var random = new Random(20_261_122);

        var refused = await Task.Run(() => CountRefused(random), TestContext.Current.CancellationToken);

        // Both ends are met: mutations that no reader notices would show nothing.
        Assert.InRange(refused, Mutations / 10, Mutations * 9 / 10);
    }

    [Fact]
    public void Read_WhenBytesAreArbitraryAfterTheMagic_IsAlwaysSound() =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Int[2, 40], Gen.Byte.Array[0, 300])
            .Sample(
                (seed, kept, rest) => Probing.AssertSound(HeaderProbe.Read([.. Seeds[seed].Take(kept), .. rest])),
                iter: 100_000);

    private static int CountRefused(Random random)
    {
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var outcome = HeaderProbe.Read(Mutate(random, Seeds[random.Next(Seeds.Length)]));
            Probing.AssertSound(outcome);
            if (outcome.Failure is not null) refused++;
        }
        return refused;
    }

    /// <summary>One to eight flips, overwritten numbers, cuts or splices.</summary>
    private static byte[] Mutate(Random random, byte[] seed)
    {
        var bytes = seed.ToArray();
        for (var steps = random.Next(1, 9); steps > 0 && bytes.Length > 0; steps--)
        {
            var at = random.Next(bytes.Length);
            bytes = random.Next(8) switch
            {
                0 => bytes[..at],
                1 => Splice(random, bytes, at),
                2 or 3 => Overwrite(random, bytes, at),
                _ => Flip(random, bytes, at),
            };
        }
        return bytes;
    }

    private static byte[] Flip(Random random, byte[] bytes, int at)
    {
        bytes[random.Next(2) == 0 ? at : at % 64] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Overwrite(Random random, byte[] bytes, int at)
    {
        byte[] extremes = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
        var number = bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at));
        number.Fill(extremes[random.Next(extremes.Length)]);
        // Near the extreme in either byte order: where arithmetic wraps.
        number[random.Next(2) == 0 ? 0 : ^1] -= (byte)random.Next(16);
        return bytes;
    }

    private static byte[] Splice(Random random, byte[] bytes, int at)
    {
        var other = Seeds[random.Next(Seeds.Length)];
        var from = random.Next(other.Length);
        return [.. bytes.AsSpan(0, at), .. other.AsSpan(from, random.Next(other.Length - from))];
    }
}
