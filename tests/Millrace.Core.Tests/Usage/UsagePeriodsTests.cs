using CsCheck;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Core.Tests.Usage;

public sealed class UsagePeriodsTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 28, 23, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-25T12:34:56+02:00", UsageGranularity.Minute, "2026-11-25T10:34Z", "2026-11-25T10:35Z")]
    [InlineData("2026-11-25T12:34:56+02:00", UsageGranularity.Hour, "2026-11-25T10:00Z", "2026-11-25T11:00Z")]
    [InlineData("2024-02-28T23:59:59Z", UsageGranularity.Day, "2024-02-28T00:00Z", "2024-02-29T00:00Z")]
    [InlineData("2026-12-31T00:00:00Z", UsageGranularity.Day, "2026-12-31T00:00Z", "2026-12-31T00:00Z")]
    public void FloorAndCeiling_OfATime_AreTheEndsOfItsPeriod(
        string at, UsageGranularity granularity, string floor, string ceiling)
    {
        Assert.Equal(Time(floor), UsagePeriods.Floor(Time(at), granularity.Length()));
        Assert.Equal(Time(ceiling), UsagePeriods.Ceiling(Time(at), granularity.Length()));
    }

    [Fact]
    public Task Fold_OfAnyMinutes_KeepsTheirSumAndTheirOrder() => Gen
        .Select(Gen.Int[0, 3_000], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Long[0, 1_000_000])
        .Array[0, 60].SampleAsync(async minutes =>
        {
            var sums = minutes.OrderBy(one => one.Item1).Select(
                one => Sum(one.Item1, (Lane)one.Item2, (UsageClass)one.Item3, one.Item4)).ToArray();

            var periods = await UsagePeriods.FoldAsync(sums.ToAsyncEnumerable(), UsageGranularity.Hour)
                .ToListAsync(TestContext.Current.CancellationToken);

            var expected = sums.GroupBy(sum => (sum.Minute.UtcTicks / TimeSpan.TicksPerHour, sum.Lane, sum.Class))
                .OrderBy(group => group.Key).Select(group => (group.Key, group.Sum(sum => sum.Pixels)));
            Assert.Equal(expected, periods.SelectMany(period => period).Select(
                sum => ((sum.Minute.UtcTicks / TimeSpan.TicksPerHour, sum.Lane, sum.Class), sum.Pixels)));
            Assert.All(periods, period => Assert.Single(period.Select(sum => sum.Minute).Distinct()));
        }, iter: 200);

    [Fact]
    public void Add_OfMoreThanCanBeTold_IsNotTold() => Assert.Throws<OverflowException>(() => UsagePeriods.Add(
        Sum(0, Lane.Bulk, UsageClass.Avif, long.MaxValue), Sum(0, Lane.Bulk, UsageClass.Avif, 1)));

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static UsageSum Sum(int minute, Lane lane, UsageClass kind, long pixels) => new()
    {
        Tenant = "a",
        Minute = Start.AddMinutes(minute),
        Lane = lane,
        Class = kind,
        Answers = 1,
        Billable = 1,
        BytesIn = 1,
        BytesOut = 1,
        Pixels = pixels,
    };
}
