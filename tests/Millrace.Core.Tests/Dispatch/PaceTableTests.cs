using CsCheck;
using Millrace.Core.Dispatch;
using Millrace.Core.Images;

namespace Millrace.Core.Tests.Dispatch;

public sealed class PaceTableTests
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(1);

    [Fact]
    public void Ratio_WhenOneIsThreeTimesAsSlow_IsThree()
    {
        var table = Fleet(3);
        Learn(table, 0, ImageFormat.Jpeg, 30);
        Learn(table, 1, ImageFormat.Jpeg, 10);
        Learn(table, 2, ImageFormat.Jpeg, 10);

        Assert.Equal(3, table.Ratio(Worker(0), Now)!.Value, 3);
        Assert.Equal(1, table.Ratio(Worker(1), Now)!.Value, 3);
        Assert.True(table.Limps(Worker(0), Now));
    }

    [Fact]
    public void Ratio_OverFormats_IsTheirGeometricMean()
    {
        var table = Fleet(3);
        foreach (var format in new[] { ImageFormat.Jpeg, ImageFormat.Avif })
        {
            Learn(table, 1, format, 10);
            Learn(table, 2, format, 10);
        }
        Learn(table, 0, ImageFormat.Jpeg, 40);
        Learn(table, 0, ImageFormat.Avif, 10);

        Assert.Equal(2, table.Ratio(Worker(0), Now)!.Value, 3);
    }

    [Fact]
    public void Ratio_OfALoneWorker_IsUnknown()
    {
        var table = Fleet(1);
        Learn(table, 0, ImageFormat.Jpeg, 30);

        Assert.Null(table.Ratio(Worker(0), Now));
        Assert.True(table.Admits(Worker(0), Now));
    }

    [Fact]
    public void Limps_WithTwoWorkers_NobodyDoes()
    {
        var table = Fleet(2);
        Learn(table, 0, ImageFormat.Jpeg, 90);
        Learn(table, 1, ImageFormat.Jpeg, 10);

        Assert.Equal(9, table.Ratio(Worker(0), Now)!.Value, 3);
        Assert.False(table.Limps(Worker(0), Now));
        Assert.Equal(PaceTable.LimpsAbove, table.Told(Worker(0), Now));
    }

    [Fact]
    public void Told_WhoLimps_IsTheWholeRatio()
    {
        var table = Fleet(3);
        foreach (var worker in new[] { 0, 1, 2 }) Learn(table, worker, ImageFormat.Jpeg, worker == 0 ? 90 : 10);

        Assert.Equal(9, table.Told(Worker(0), Now)!.Value, 3);
    }

    [Fact]
    public void Ratio_WhenAFewImagesTookTenTimesAsLong_IsHardlyMoved()
    {
        var table = Fleet(2);
        for (var i = 0; i < 50; i++)
        {
            table.Learn(Worker(0), ImageFormat.Jpeg, TimeSpan.FromMilliseconds(i % 10 == 0 ? 100 : 10), 1_000_000);
            table.Learn(Worker(1), ImageFormat.Jpeg, TimeSpan.FromMilliseconds(10), 1_000_000);
        }

        Assert.InRange(table.Ratio(Worker(0), Now)!.Value, 1, 1.5);
    }

    [Fact]
    public void Admits_WhoLimps_NowAndThen()
    {
        var table = Fleet(3);
        for (var i = 0; i < 3; i++) table.Failed(Worker(0), Now);

        Assert.True(table.Admits(Worker(0), Now));
        Assert.False(table.Admits(Worker(0), Now + TimeSpan.FromSeconds(1)));
        Assert.True(table.Admits(Worker(0), Now + PaceTable.RecheckEvery));
        Assert.True(table.Admits(Worker(1), Now));
    }

    [Fact]
    public void Limps_WhenFailuresAreOld_NoLonger()
    {
        var table = Fleet(3);
        for (var i = 0; i < 3; i++) table.Failed(Worker(0), Now);

        Assert.True(table.Limps(Worker(0), Now));
        Assert.False(table.Limps(Worker(0), Now + PaceTable.FailureHalfLife));
    }

    [Fact]
    public void Join_AfterAWhile_RemembersFailures()
    {
        var table = Fleet(3);
        for (var i = 0; i < 3; i++) table.Failed(Worker(0), Now);
        table.Leave(Worker(0));
        table.Join(Worker(0));

        Assert.True(table.Limps(Worker(0), Now + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Limps_WhateverHappens_IsNeverMoreThanAThird() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 8], Gen.Int[1, 1000]).Array[0, 200].Sample(events =>
        {
            var table = new PaceTable();
            var living = new HashSet<Guid>();
            var now = TimeSpan.Zero;
            foreach (var (kind, number, amount) in events)
            {
                var worker = Worker(number);
                now += TimeSpan.FromMilliseconds(amount);
                if (kind == 0 && living.Add(worker)) table.Join(worker);
                if (kind == 1 && amount > 900 && living.Remove(worker)) table.Leave(worker);
                if (kind == 2) table.Failed(worker, now);
                if (kind == 3) Learn(table, number, ImageFormat.Webp, amount);
                Assert.True(living.Count(member => table.Limps(member, now)) <= living.Count / 3);
            }
        });

    private static PaceTable Fleet(int workers)
    {
        var table = new PaceTable();
        for (var i = 0; i < workers; i++) table.Join(Worker(i));
        return table;
    }

    private static void Learn(PaceTable table, int worker, ImageFormat format, double msPerMegapixel)
    {
        for (var i = 0; i < 50; i++)
            table.Learn(Worker(worker), format, TimeSpan.FromMilliseconds(msPerMegapixel * 2), 2_000_000);
    }

    private static Guid Worker(int number) => new(number + 1, 0, 0, new byte[8]);
}
