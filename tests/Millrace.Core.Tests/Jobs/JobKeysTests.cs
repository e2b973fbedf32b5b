using CsCheck;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;

namespace Millrace.Core.Tests.Jobs;

public sealed class JobKeysTests
{
    [Fact]
    public void Tenant_WhateverTheName_IsASegmentOfItsOwn() => Gen.Select(JobGen.Tenant, JobGen.Tenant).Sample(
        (one, other) =>
        {
            Assert.True(ObjectKey.TryParse(JobKeys.JobsOf(one) + "x", out _));
            Assert.Equal(one == other, JobKeys.Tenant(one) == JobKeys.Tenant(other));
        });

    [Theory]
    [InlineData("open", "open")]
    [InlineData("a-1", "a-1")]
    [InlineData("A", "=41")]
    [InlineData("../x", "=2e=2e=2fx")]
    [InlineData("ü", "=c3=bc")]
    public void Tenant_OfAName_IsReadable(string tenant, string segment) =>
        Assert.Equal(segment, JobKeys.Tenant(tenant));

    [Fact]
    public void Id_OfTwo_SortsTheNewerBeforeTheOlder() => Gen.Select(JobGen.Time, JobGen.Time).Sample((one, other) =>
    {
        if (one == other) return;
        var (first, second) = (Guid.CreateVersion7(one), Guid.CreateVersion7(other));

        var order = string.CompareOrdinal(JobKeys.Id(first), JobKeys.Id(second));

        Assert.Equal(one > other, order < 0);
    });

    [Fact]
    public void ReadId_OfAnId_GivesItBack() => Gen.Guid.Sample(id => Assert.Equal(id, JobKeys.ReadId(JobKeys.Id(id))));

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000G")]
    [InlineData("00000000000000000000000000000000f")]
    public void ReadId_OfSomethingElse_IsNull(string segment) => Assert.Null(JobKeys.ReadId(segment));

    [Fact]
    public void IdAt_OfATime_DividesTheNewerFromTheOlder() => Gen.Select(JobGen.Time, JobGen.Time).Sample((at, made) =>
    {
        var order = string.CompareOrdinal(JobKeys.Id(Guid.CreateVersion7(made)), JobKeys.IdAt(at));

        Assert.Equal(made <= at, order > 0);
    });

    [Fact]
    public void Read_OfAJobsKeys_TellsWhatTheyAre() => Gen.Select(JobGen.Tenant, Gen.Guid).Sample((tenant, id) =>
    {
        (ObjectKey Key, JobPart Part)[] parts =
        [
            (JobKeys.Claim(tenant, id), JobPart.Claim), (JobKeys.Record(tenant, id), JobPart.Record),
            (JobKeys.Outcome(tenant, id), JobPart.Outcome), (JobKeys.Result(tenant, id, id, 15), JobPart.Result),
            (JobKeys.Source(tenant, id), JobPart.Source), (JobKeys.Watermark(tenant, id), JobPart.Watermark),
        ];

        Assert.All(parts, part => Assert.Equal(
            new JobObject(JobKeys.Tenant(tenant), id, part.Part, part.Key), JobObject.Read(part.Key)));
        Assert.Equal(parts.Select(part => part.Key), parts.Select(part => part.Key).Order(Comparer<ObjectKey>.Create(
            (one, other) => one.CompareTo(other))));
    });

    [Theory]
    [InlineData("jobs/t/0/job")]
    [InlineData("jobs/t/00000000000000000000000000000000")]
    [InlineData("jobs/t/00000000000000000000000000000000/other")]
    [InlineData("jobs/t/00000000000000000000000000000000/job/more")]
    [InlineData("uploads/t/00000000000000000000000000000000/job")]
    public void Read_OfAnotherKey_IsNull(string key) => Assert.Null(JobObject.Read(ObjectKey.Of(key)));
}
