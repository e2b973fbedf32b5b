using CsCheck;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;

namespace Millrace.Core.Tests.Jobs;

public sealed class JobStateTests
{
    private static readonly JobRecord Record = JobGen.Records.Single() with
    {
        AcceptedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddDays(1),
    };

    private static readonly DateTimeOffset Early = Record.AcceptedAt.AddHours(1);

    private static readonly JobFailure Damaged = new(ConversionFailure.Damaged, "It is damaged.");

    [Fact]
    public void Of_WhenThereIsNothingElse_IsAccepted() =>
        Assert.Equal(JobState.Accepted, JobStates.Of(Record, null, null, Early));

    [Theory]
    [InlineData(JobClaimant.Worker, JobState.Working)]
    [InlineData(JobClaimant.Caller, JobState.Cancelled)]
    public void Of_WhenItIsClaimed_FollowsTheClaimant(JobClaimant by, JobState state) => Assert.Equal(
        state, JobStates.Of(Record, new JobClaim(Record.Id, by, "w", Early, 1), null, Early));

    [Theory]
    [InlineData(2, 0, JobState.Succeeded)]
    [InlineData(1, 1, JobState.Partial)]
    [InlineData(0, 2, JobState.Failed)]
    public void Of_WhenThereIsAnOutcome_CountsItsResults(int results, int failures, JobState state) =>
        Assert.Equal(state, JobStates.Of(Record, null, Outcome(results, failures), Early));

    [Theory]
    [InlineData(1, 0, JobState.Expired)]
    [InlineData(1, 1, JobState.Expired)]
    [InlineData(0, 1, JobState.Failed)]
    public void Of_WhenItsTimeIsOver_ExpiresWhatHadResults(int results, int failures, JobState state) =>
        Assert.Equal(state, JobStates.Of(Record, null, Outcome(results, failures), Record.ExpiresAt));

    [Fact]
    public void Of_WithAnOutcome_NeverDependsOnTheClaim() => Gen.Select(JobGen.Outcomes, JobGen.Claims.Null()).Sample(
        (outcome, claim) => Assert.Equal(
            JobStates.Of(Record, null, outcome, Early), JobStates.Of(Record, claim, outcome, Early)));

    [Fact]
    public void Of_WhateverItIs_HasANameOfItsOwn() => Assert.Equal(
        Enum.GetValues<JobState>().Length, Enum.GetValues<JobState>().Select(state => state.Name()).Distinct().Count());

    private static JobOutcome Outcome(int results, int failures)
    {
        var result = JobGen.Outcomes.Where(one => one.Transforms.Any(each => each.Result is not null)).Single()
            .Transforms.First(each => each.Result is not null).Result!;
        return JobOutcome.Cancelled("t", Record.Id, Record.Id, Early) with
        {
            IsCancelled = false,
            Transforms =
            [
                .. Enumerable.Range(0, results).Select(n => new TransformOutcome($"r{n}", result, null)),
                .. Enumerable.Range(0, failures).Select(n => new TransformOutcome($"f{n}", null, Damaged)),
            ],
        };
    }
}
