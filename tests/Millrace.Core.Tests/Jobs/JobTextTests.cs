using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;

namespace Millrace.Core.Tests.Jobs;

public sealed class JobTextTests
{
    [Fact]
    public void ReadRecord_WhatWasWritten_IsEqual() => JobGen.Records.Sample(record =>
    {
        var read = JobText.ReadRecord(JobText.Write(record)).Value!;

        Assert.Equal(record.Transforms, read.Transforms);
        Assert.Equal(record, read with { Transforms = record.Transforms });
    });

    [Fact]
    public void ReadOutcome_WhatWasWritten_IsEqual() => JobGen.Outcomes.Sample(outcome =>
    {
        var read = JobText.ReadOutcome(JobText.Write(outcome)).Value!;

        Assert.Equal(outcome.Transforms, read.Transforms);
        Assert.Equal(outcome, read with { Transforms = outcome.Transforms });
    });

    [Fact]
    public void ReadClaim_WhatWasWritten_IsEqual() => JobGen.Claims.Sample(claim =>
        Assert.Equal(claim, JobText.ReadClaim(JobText.Write(claim)).Value));

    [Fact]
    public void ReadIdempotency_WhatWasWritten_IsEqual() => JobGen.Entries.Sample(entry =>
        Assert.Equal(entry, JobText.ReadIdempotency(JobText.Write(entry)).Value));

    [Fact]
    public void ReadDead_WhatWasWritten_IsEqual() => JobGen.Dead.Sample(dead =>
        Assert.Equal(dead, JobText.ReadDead(JobText.Write(dead)).Value));

    [Fact]
    public void Read_WhateverTheBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        Assert.Null(JobText.ReadRecord(bytes).Value);
        Assert.Null(JobText.ReadOutcome(bytes).Value);
        Assert.Null(JobText.ReadClaim(bytes).Value);
        Assert.Null(JobText.ReadIdempotency(bytes).Value);
        Assert.NotEmpty(JobText.ReadDead(bytes).Reason);
    });

    [Fact]
    public void ReadRecord_WhenAFieldIsNewer_PassesOverIt()
    {
        var text = Changed(JobText.Write(JobGen.Records.Single()), form => form["colour"] = "of tomorrow");

        Assert.NotNull(JobText.ReadRecord(text).Value);
    }

    [Theory]
    [InlineData("v", "2", "Its version is 2")]
    [InlineData("id", null, "It lacks an id")]
    [InlineData("tenant", "\"\"", "It lacks an id or a tenant")]
    [InlineData("expiresAt", null, "It lacks its times")]
    [InlineData("source", null, "Its source cannot be read")]
    [InlineData("source", "{\"key\":\"../x\"}", "Its source cannot be read")]
    [InlineData("watermark", "{}", "Its watermark cannot be read")]
    [InlineData("transforms", "[]", "Its transforms cannot be read")]
    [InlineData("transforms", "[null]", "Its transforms cannot be read")]
    [InlineData("transforms", "[{\"name\":\"A\",\"transform\":\"\"}]", "Its transforms cannot be read")]
    [InlineData("transforms", "[{\"name\":\"a\",\"transform\":\"\"},{\"name\":\"a\",\"transform\":\"\"}]", "Its")]
    [InlineData("acceptedAt", "\"yesterday\"", "It cannot be read")]
    public void ReadRecord_WhenAFieldIsWrong_SaysWhich(string field, string? value, string reason)
    {
        var text = Changed(
            JobText.Write(JobGen.Records.Single()),
            form => form[field] = value is null ? null : JsonNode.Parse(value));

        var reading = JobText.ReadRecord(text);

        Assert.Null(reading.Value);
        Assert.StartsWith(reason, reading.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attempt", null, "It lacks an id, a tenant or an attempt")]
    [InlineData("finishedAt", null, "It lacks its time")]
    [InlineData("cancelled", "true", "It is neither cancelled")]
    [InlineData("transforms", "[]", "It is neither cancelled")]
    [InlineData("transforms", "[{\"name\":\"a\"}]", "One of its transforms")]
    public void ReadOutcome_WhenAFieldIsWrong_SaysWhich(string field, string? value, string reason)
    {
        var outcome = JobGen.Outcomes.Where(outcome => !outcome.IsCancelled).Single();
        var text = Changed(JobText.Write(outcome), form => form[field] = value is null ? null : JsonNode.Parse(value));

        var reading = JobText.ReadOutcome(text);

        Assert.Null(reading.Value);
        Assert.StartsWith(reason, reading.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadOutcome_WhenAFailureIsOfANewerBuild_KeepsItsNumber()
    {
        var outcome = JobGen.Outcomes.Single() with
        {
            IsCancelled = false,
            Transforms = [new("a", null, new JobFailure((ConversionFailure)999, "It is too blue."))],
        };

        var read = JobText.ReadOutcome(JobText.Write(outcome)).Value!;

        Assert.Equal((ConversionFailure)999, read.Transforms[0].Failure!.Failure);
    }

    private static byte[] Changed(byte[] text, Action<JsonNode> change)
    {
        var form = JsonNode.Parse(text)!;
        change(form);
        return Encoding.UTF8.GetBytes(form.ToJsonString());
    }
}
