using CsCheck;
using Millrace.Queue.Rabbit.Leases;

namespace Millrace.Queue.Tests.Rabbit;

public sealed class CreditSplitTests
{
    [Theory]
    [InlineData(8, "----", "2 2 2 2")]
    [InlineData(9, "----", "3 2 2 2")]
    [InlineData(2, "----", "1 1 1 1")]
    [InlineData(8, "x---", "8 1 1 1")]
    [InlineData(9, "x-x-", "5 1 4 1")]
    [InlineData(5, "x", "5")]
    public void Of_WhenCellsAreBusy_SharesTheCreditAmongThem(int credit, string busy, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Split(credit, busy, offset: 0)));
    }

    [Fact]
    public void Of_WhateverIsBusy_SharesAllOfTheCreditAndLeavesNoCellOut()
    {
        var anything = Gen.Select(Gen.Int[1, 64], Gen.Bool.Array[1, 16], Gen.Int[0, 1 << 16]);

        anything.Sample((credit, busy, offset) =>
        {
            var text = string.Concat(busy.Select(one => one ? 'x' : '-'));
            var shares = Split(credit, text, offset);
            var sharing = busy.Contains(true) ? shares.Where((_, cell) => busy[cell]) : shares;
            Assert.All(shares, share => Assert.InRange(share, 1, credit));
            Assert.Equal(Math.Max(credit, sharing.Count()), sharing.Sum());
        });
    }

    private static List<int> Split(int credit, string busy, int offset)
    {
        var isBusy = busy.Select(one => one == 'x').ToArray();
        return [.. Enumerable.Range(0, busy.Length).Select(cell => (int)CreditSplit.Of(credit, isBusy, cell, offset))];
    }
}
