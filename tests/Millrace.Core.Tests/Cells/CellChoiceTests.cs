using CsCheck;
using Millrace.Core.Cells;

namespace Millrace.Core.Tests.Cells;

public sealed class CellChoiceTests
{
    private const int Tenants = 100_000;

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Of_AHundredThousandTenants_AreBalancedWithinFivePercent(int cells)
    {
        var pairs = AllPairs(cells);

        AssertBalanced(pairs.Select(pair => pair.Primary), cells);
        AssertBalanced(pairs.Select(pair => pair.Secondary), cells);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(15)]
    public void Of_WhenACellIsAdded_OnlyItsOwnTenantsMove(int cells)
    {
        var before = AllPairs(cells);
        var after = AllPairs(cells + 1);

        var moved = before.Zip(after).Where(pair => pair.First.Primary != pair.Second.Primary).ToList();
        Assert.All(moved, pair => Assert.Equal(cells, pair.Second.Primary));
        Assert.InRange(moved.Count, 1, (int)(1.05 * Tenants / (cells + 1)));
    }

    [Fact]
    public void Of_AnyTenant_IsTwoDifferentCells() => Gen.Select(Gen.String[0, 64], Gen.Int[2, 32])
        .Sample((tenant, cells) =>
        {
            var pair = CellChoice.Of(tenant, cells);

            Assert.NotEqual(pair.Primary, pair.Secondary);
            Assert.InRange(pair.Primary, 0, cells - 1);
            Assert.InRange(pair.Secondary, 0, cells - 1);
            Assert.Equal(pair, CellChoice.Of(tenant, cells));
        });

    [Fact]
    public void Of_OneCell_IsThatCell() => Assert.Equal(new CellPair(0, 0), CellChoice.Of("a", 1));

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(false, true, 2)]
    [InlineData(true, false, 1)]
    [InlineData(false, false, 1)]
    public void For_TheSecondaryIsTakenOnlyWhereItHelps(bool primary, bool secondary, int expected) =>
        Assert.Equal(expected, CellChoice.For(new CellPair(1, 2), cell => cell == 1 ? primary : secondary));

    private static void AssertBalanced(IEnumerable<int> chosen, int cells)
    {
        var counts = chosen.CountBy(cell => cell).ToList();
        Assert.Equal(cells, counts.Count);
        Assert.All(counts, count =>
            Assert.InRange(count.Value, 0.95 * Tenants / cells, 1.05 * Tenants / cells));
    }

    private static List<CellPair> AllPairs(int cells) =>
        [.. Enumerable.Range(0, Tenants).Select(tenant => CellChoice.Of($"tenant-{tenant}", cells))];
}
