using CsCheck;
using Millrace.Core.Jobs;

namespace Millrace.Core.Tests.Jobs;

public sealed class JobSweepingTests
{
    private static readonly SweepRules Rules = new(TimeSpan.FromHours(24), TimeSpan.FromDays(7));
    private static readonly DateTimeOffset Made = DateTimeOffset.UnixEpoch.AddYears(60);
    private static readonly Guid Id = Guid.CreateVersion7(Made);

    private static readonly JobRecord Record = JobGen.Records.Single() with
    {
        Id = Id,
        AcceptedAt = Made,
        ExpiresAt = Made.AddHours(30),
    };

    [Fact]
    public void MadeAt_OfAnId_IsItsTime() => JobGen.Time.Sample(time =>
        Assert.Equal(time, JobSweeping.MadeAt(Guid.CreateVersion7(time))));

    [Fact]
    public void MadeAt_OfAnyId_DoesNotThrow() => Gen.Guid.Sample(id => { JobSweeping.MadeAt(id); });

    [Theory]
    [InlineData(23, SweepStep.Keep)]
    [InlineData(24, SweepStep.Forget)]
    public void Decide_WithoutARecord_ForgetsAfterADay(int hours, SweepStep step) =>
        Assert.Equal(step, Decide(hours, Record, JobPart.Source, JobPart.Claim));

    [Theory]
    [InlineData(23, SweepStep.Keep)]
    [InlineData(24, SweepStep.GiveUp)]
    public void Decide_WithoutAnOutcome_GivesUpAfterADay(int hours, SweepStep step) =>
        Assert.Equal(step, Decide(hours, Record, JobPart.Record, JobPart.Source));

    [Theory]
    [InlineData(29, SweepStep.Keep)]
    [InlineData(30, SweepStep.Expire)]
    [InlineData(30 + (7 * 24), SweepStep.Forget)]
    public void Decide_WithAnOutcome_ExpiresAndThenForgets(int hours, SweepStep step) =>
        Assert.Equal(step, Decide(hours, Record, JobPart.Record, JobPart.Outcome, JobPart.Result));

    [Theory]
    [InlineData(31, SweepStep.Keep)]
    [InlineData(30 + (7 * 24), SweepStep.Forget)]
    public void Decide_WhenItsBytesAreGone_OnlyWaits(int hours, SweepStep step) =>
        Assert.Equal(step, Decide(hours, Record, JobPart.Record, JobPart.Outcome, JobPart.Claim));

    [Fact]
    public void Decide_WhateverThereIs_NeverDeletesBytesBeforeAnOutcome() => Gen.Select(
        Gen.Enum<JobPart>().Array[1, 6], Gen.Int[0, 2_000]).Sample((parts, hours) =>
        {
            var step = Decide(hours, Record, parts);

            var isEnded = parts.Contains(JobPart.Outcome) || !parts.Contains(JobPart.Record);
            Assert.True(isEnded || step is SweepStep.Keep or SweepStep.GiveUp);
            Assert.True(step != SweepStep.Read);
        });

    [Fact]
    public void Decide_WithoutReadingTheRecord_IsNeverMoreThanWithIt() => Gen.Select(
        Gen.Enum<JobPart>().Array[1, 6], Gen.Int[0, 2_000]).Sample((parts, hours) =>
        {
            var (blind, seeing) = (Decide(hours, null, parts), Decide(hours, Record, parts));

            Assert.True(blind == SweepStep.Read || blind == seeing);
        });

    private static SweepStep Decide(int hours, JobRecord? record, params JobPart[] parts) =>
        JobSweeping.Decide(Id, parts.ToHashSet(), record, Made.AddHours(hours), Rules);
}
