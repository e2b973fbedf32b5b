using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class HeaderProbeCorpusTests
{
    /// <summary>What file(1) and the files' own encoder said, not this probe.</summary>
    private static readonly Dictionary<string, ImageHeader> Expected = new(StringComparer.Ordinal)
    {
        ["exif3-seeding.jpg"] = new(ImageFormat.Jpeg, 2000, 1125),
        ["exif6-seeding.jpg"] = new(ImageFormat.Jpeg, 2000, 1125),
        ["exif8-seeding.jpg"] = new(ImageFormat.Jpeg, 2000, 1125),
        ["p01-aitzgorri.jpg"] = new(ImageFormat.Jpeg, 1600, 1065),
        ["p02-friends.jpg"] = new(ImageFormat.Jpeg, 1500, 2253),
        ["p03-life.jpg"] = new(ImageFormat.Jpeg, 1280, 852),
        ["p04-picos.jpg"] = new(ImageFormat.Jpeg, 1600, 1200),
        ["p05-picture0b.jpg"] = new(ImageFormat.Jpeg, 2048, 1386),
        ["p06-picture1a.jpg"] = new(ImageFormat.Jpeg, 1365, 1074),
        ["p07-seeding.jpg"] = new(ImageFormat.Jpeg, 2000, 1125),
        ["p08-sunset.jpg"] = new(ImageFormat.Jpeg, 2400, 1600),
        ["p09-umang.jpg"] = new(ImageFormat.Jpeg, 2560, 1440, 1, true, 10),
        ["p10-wine.jpg"] = new(ImageFormat.Jpeg, 1600, 2398),
        ["p11-bridge.jpg"] = new(ImageFormat.Jpeg, 1920, 1080),
        ["p12-dragonfly.jpg"] = new(ImageFormat.Jpeg, 2000, 1500),
        ["p13-pattern.jpg"] = new(ImageFormat.Jpeg, 1600, 1200),
        ["p14-free.jpg"] = new(ImageFormat.Jpeg, 2000, 1500),
        ["p15-greentock.jpg"] = new(ImageFormat.Jpeg, 1800, 1350, 1, true, 10),
        ["p16-fossa.jpg"] = new(ImageFormat.Jpeg, 2560, 1440),
        ["p17-kleiber.jpg"] = new(ImageFormat.Jpeg, 2560, 1440),
        ["p2x-kodak13.jpg"] = new(ImageFormat.Jpeg, 768, 512),
        ["p2x-kodak23.jpg"] = new(ImageFormat.Jpeg, 768, 512),
        ["p2x-kodak5.jpg"] = new(ImageFormat.Jpeg, 768, 512),
        ["p2x-kodak8.jpg"] = new(ImageFormat.Jpeg, 768, 512),
        ["other/kodak23.png"] = new(ImageFormat.Png, 768, 512),
        ["other/kodak8.png"] = new(ImageFormat.Png, 768, 512),
        ["other/seeding-full-16MP.jpg"] = new(ImageFormat.Jpeg, 5312, 2988, 1, true, 10),
        ["other/seeding.avif"] = new(ImageFormat.Avif, 1600, 900),
        ["other/seeding.webp"] = new(ImageFormat.Webp, 2000, 1125),
        ["other/sunset.webp"] = new(ImageFormat.Webp, 2000, 1333),
    };

    public static TheoryData<string> Names => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_WhenPhotograph_TellsItsHeader(string name)
    {
        var outcome = HeaderProbe.Read(Corpus.Read(name));

        Assert.Equal(new ProbeOutcome(Expected[name], null, ""), outcome);
    }

    /// <summary>A header that a cut has left whole is told; one that it has not is refused; nothing throws.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Read_WhenCutAnywhereInFirst4096Bytes_TellsTheHeaderOrRefuses(string name)
    {
        var head = Corpus.Head(name, 4096);

        var outcomes = Enumerable.Range(0, head.Length).Select(n => HeaderProbe.Read(head.AsSpan(0, n))).ToList();

        Assert.All(outcomes, outcome => Probing.AssertSound(outcome));
        Assert.All(outcomes, cut => Assert.True(cut.Header is null || IsPartOf(cut.Header, Expected[name])));
        Assert.Equal(ProbeFailure.Empty, outcomes[0].Failure);
    }

    private static bool IsPartOf(ImageHeader cut, ImageHeader whole) =>
        cut with { Scans = whole.Scans } == whole && cut.Scans <= whole.Scans;
}
