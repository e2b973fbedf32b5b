using CsCheck;
using Millrace.Core.Admission;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Admission;

public sealed class RateBucketTests
{
    private static readonly Gen<TenantLimits> AnyLimits = Gen.Select(
        Gen.Double[0.01, 2_000], Gen.Int[1, 500], Gen.Int[1, 200], Gen.Int[1, 10_000],
        (rate, burst, inFlight, jobs) => Limits(rate, burst, inFlight, jobs));

    [Fact]
    public void Take_InAnyHistory_LetsThroughNoMoreThanBurstAndRate() => Gen.Select(
        AnyLimits, Gen.Int[0, 5_000].Array[1, 300]).Sample((limits, gaps) =>
        {
            var share = TenantShare.Of(limits, 1);
            var (bucket, now, taken) = (default(RateBucket), TimeSpan.FromHours(1), new List<TimeSpan>());
            foreach (var gap in gaps)
            {
                now += TimeSpan.FromMilliseconds(gap);
                var step = bucket.Take(share, now);
                bucket = step.Bucket;
                if (step.IsTaken) taken.Add(now);
                Assert.InRange(step.Left, 0, share.Burst);
                Assert.Equal(step.IsTaken, step.RetryAfter == TimeSpan.Zero);
                if (!step.IsTaken) Assert.True(bucket.Take(share, now + step.RetryAfter).IsTaken);
            }
            for (var first = 0; first < taken.Count; first++)
            {
                var allowed = share.Burst + ((taken[^1] - taken[first]) / share.Interval);
                Assert.True(taken.Count - first <= allowed + 1e-3);
            }
        });

    [Fact]
    public void Take_AfterQuiet_LetsTheWholeBurstThroughAndNoMore() => AnyLimits.Sample(limits =>
    {
        var share = TenantShare.Of(limits, 1);
        var bucket = default(RateBucket);

        for (var left = share.Burst - 1; left >= 0; left--)
        {
            var step = bucket.Take(share, TimeSpan.Zero);
            Assert.True(step.IsTaken);
            Assert.Equal(left, step.Left);
            bucket = step.Bucket;
        }

        Assert.False(bucket.Take(share, TimeSpan.Zero).IsTaken);
        Assert.True(bucket.Take(share, share.Interval).IsTaken);
    });

    [Fact]
    public void Take_WhenTheShareHasShrunk_WaitsNoLongerThanAnEmptyBucketOfTheNewOne()
    {
        var bucket = default(RateBucket);
        var large = TenantShare.Of(Limits(1, 600), 1);
        for (var i = 0; i < 600; i++) bucket = bucket.Take(large, TimeSpan.Zero).Bucket;

        var step = bucket.Take(TenantShare.Of(Limits(10, 5), 1), TimeSpan.Zero);

        Assert.False(step.IsTaken);
        Assert.Equal(TimeSpan.FromMilliseconds(100), step.RetryAfter);
    }

    [Fact]
    public void Share_OfAnyEdges_AddsUpToTheLimitsAndLeavesNobodyWithout() => Gen.Select(
        AnyLimits, Gen.Int[1, 50]).Sample((limits, edges) =>
        {
            var share = TenantShare.Of(limits, edges);

            Assert.Equal(limits.RequestsPerSecond, share.PerSecond * edges, 6);
            Assert.InRange(share.Burst * edges, limits.Burst, limits.Burst + edges - 1);
            Assert.InRange(share.InFlight * edges, limits.InFlight, limits.InFlight + edges - 1);
            Assert.InRange(share.JobsOpen * edges, limits.JobsOpen, limits.JobsOpen + edges - 1);
            Assert.True(default(RateBucket).Take(share, TimeSpan.Zero).IsTaken);
        });

    [Theory]
    [InlineData(1e-12, int.MaxValue)]
    [InlineData(1e12, int.MaxValue)]
    [InlineData(double.MaxValue, 1)]
    [InlineData(double.Epsilon, 1)]
    public void Take_OfTheMostExtremeLimits_Counts(double rate, int burst)
    {
        var step = default(RateBucket).Take(TenantShare.Of(Limits(rate, burst), 1), TimeSpan.FromDays(1));

        Assert.True(step.IsTaken);
        Assert.InRange(step.Left, 0, burst);
    }

    internal static TenantLimits Limits(double rate, int burst = 1, int inFlight = 8, int jobsOpen = 100) => new()
    {
        RequestsPerSecond = rate,
        Burst = burst,
        InFlight = inFlight,
        JobsOpen = jobsOpen,
        BytesMax = 1 << 20,
        PixelsMax = 1_000_000,
        Lanes = [Lane.Interactive, Lane.Heavy, Lane.Bulk],
        Retention = TimeSpan.FromDays(1),
    };
}
