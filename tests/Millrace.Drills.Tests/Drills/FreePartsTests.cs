using Millrace.Drills.Drills;

namespace Millrace.Drills.Tests.Drills;

public sealed class FreePartsTests
{
    [Fact]
    public void Take_WhileOthersAreTaken_DrawsEachPartOnce()
    {
        var parts = new FreeParts();
        var all = Enum.GetValues<MixedPart>();

        var drawn = all.Select(_ => parts.Take(MixedFaults.All, new Random(1)).Part).ToList();

        Assert.Equal(all, drawn.Order());
    }

    [Fact]
    public void Take_OfTheSameSeed_DrawsTheSameAndInTimeAllOfThem()
    {
        const int draws = 1000;
        var first = Draw(draws);

        Assert.Equal(first, Draw(draws));
        Assert.Equal(MixedFaults.All.Count, first.Distinct().Count());
    }

    private static List<MixedFault> Draw(int draws)
    {
        var (parts, random) = (new FreeParts(), new Random(7));
        var drawn = new List<MixedFault>();
        for (var i = 0; i < draws; i++)
        {
            drawn.Add(parts.Take(MixedFaults.All, random));
            parts.GiveBack(drawn[^1].Part);
        }
        return drawn;
    }
}
