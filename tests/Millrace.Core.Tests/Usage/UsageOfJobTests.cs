using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Core.Tests.Usage;

public sealed class UsageOfJobTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.CreateVersion7(Noon);
    private static readonly string Hash = new('0', 64);

    [Fact]
    public void Of_AJobWithResults_SumsThemAndIsBillable()
    {
        var job = Job(new(ImageFormat.Jpeg, 400, 300), "width=10&format=webp", "width=20&format=avif");

        var usage = UsageOfJob.Of(job, Ended(Made("t0", ImageFormat.Webp, 100), Made("t1", ImageFormat.Avif, 50)));

        Assert.True(usage.IsBillable);
        Assert.Equal((2, 150L, 1_000L, 120_000L), (usage.Results, usage.BytesOut, usage.BytesIn, usage.Pixels));
        Assert.Equal((200, Lane.Bulk, UsageClass.Avif), (usage.Status, usage.Lane, usage.Class));
        Assert.Equal((ImageFormat.Webp, ImageFormat.Jpeg), (usage.Result, usage.Source));
        Assert.Equal((Id, "t", TimeSpan.FromSeconds(7)), (usage.Id, usage.Tenant, usage.Duration));
    }

    [Fact]
    public void Of_AJobWhoseAvifFailed_CountsOnlyWhatWasMade()
    {
        var job = Job(new(ImageFormat.Jpeg, 400, 300), "width=10&format=webp", "width=20&format=avif");

        var usage = UsageOfJob.Of(job, Ended(Made("t0", ImageFormat.Webp, 100), Failed("t1")));

        Assert.Equal((1, UsageClass.Standard, 200), (usage.Results, usage.Class, usage.Status));
    }

    [Fact]
    public void Of_AnAnimation_CountsAllFramesThatWereUsed()
    {
        var job = Job(new(ImageFormat.Gif, 10, 10, Frames: 7), "width=5&format=gif", "width=5&format=jpeg");

        var usage = UsageOfJob.Of(job, Ended(Made("t0", ImageFormat.Gif, 9), Made("t1", ImageFormat.Jpeg, 9)));

        Assert.Equal((UsageClass.Animation, 700L), (usage.Class, usage.Pixels));
    }

    [Fact]
    public void Of_AJobThatFailed_IsNotBillable()
    {
        var usage = UsageOfJob.Of(Job(new(ImageFormat.Jpeg, 4, 3), "width=2"), Ended(Failed("t0")));

        Assert.Equal((false, 0, 422, null), (usage.IsBillable, usage.Results, usage.Status, usage.Result));
    }

    [Fact]
    public void Of_ACancelledJob_IsNotBillable()
    {
        var job = Job(new(ImageFormat.Jpeg, 4, 3), "width=2");

        var usage = UsageOfJob.Of(job, JobOutcome.Cancelled("t", Id, Id, Noon));

        Assert.Equal((false, 0, 422), (usage.IsBillable, usage.Results, usage.Status));
    }

    [Fact]
    public void Of_TheSameTwice_IsTheSameRecordInWholeMilliseconds()
    {
        var job = Job(new(ImageFormat.Jpeg, 4, 3), "width=2");
        var outcome = Ended(Made("t0", ImageFormat.Jpeg, 9)) with { FinishedAt = Noon.AddTicks(12_345) };

        Assert.Equal(UsageOfJob.Of(job, outcome), UsageOfJob.Of(job, outcome));
        Assert.Equal(Noon.AddMilliseconds(1), UsageOfJob.Of(job, outcome).At);
    }

    private static JobRecord Job(ImageHeader header, params string[] transforms) => new()
    {
        Id = Id,
        Tenant = "t",
        AcceptedAt = Noon.AddSeconds(-7),
        ExpiresAt = Noon.AddDays(1),
        Source = new(ObjectKey.Of("a"), Hash, 1_000, header),
        Transforms = [.. transforms.Select((text, number) => new JobTransform($"t{number}", text))],
    };

    private static JobOutcome Ended(params TransformOutcome[] transforms) => new()
    {
        Id = Id,
        Tenant = "t",
        FinishedAt = Noon,
        Attempt = Id,
        Transforms = transforms,
    };

    private static TransformOutcome Made(string name, ImageFormat format, long bytes) =>
        new(name, new JobResult(ObjectKey.Of("r"), bytes, Hash, format, 1, 1, 1), null);

    private static TransformOutcome Failed(string name) =>
        new(name, null, new JobFailure(ConversionFailure.NotWorkedOn, ""));
}
