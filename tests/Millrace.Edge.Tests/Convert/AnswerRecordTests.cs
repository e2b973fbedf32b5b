using System.Net;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Edge.Tests.Convert;

public sealed class AnswerRecordTests
{
    [Fact]
    public async Task Convert_AnImage_IsRecordedWithAllThatIsKnown()
    {
        await using var server = await EdgeServer.StartAsync();

        using var answer = await server.ConvertAsync("?width=20&format=avif", null, ("Millrace-Tenant", "anna"));

        var record = Assert.Single(server.Usage.Records);
        Assert.Equal((Guid.Parse(answer.Job()), "anna"), (record.Id, record.Tenant));
        Assert.Equal((200, true, 1), (record.Status, record.IsBillable, record.Results));
        Assert.Equal((Lane.Heavy, UsageClass.Avif), (record.Lane, record.Class));
        Assert.Equal((ImageFormat.Png, ImageFormat.Avif), (record.Source, record.Result));
        Assert.Equal((200L, 40L * 30), (record.BytesIn, record.Pixels));
        Assert.Equal(answer.Content.Headers.ContentLength, record.BytesOut);
        Assert.Equal(0, record.At.Ticks % TimeSpan.TicksPerMillisecond);
    }

    [Fact]
    public async Task Convert_ARefusal_IsRecordedAndNotBillable()
    {
        await using var server = await EdgeServer.StartAsync();

        using var unreadable = await server.ConvertAsync("", Pictures.Body(new byte[100]));
        using var unknown = await server.ConvertAsync("?colour=red");
        using var failed = await server.ConvertAsync("?width=0");

        Assert.Equal([415, 400, 400], server.Usage.Records.Select(record => record.Status));
        Assert.All(server.Usage.Records, record => Assert.False(record.IsBillable));
        Assert.Equal([100L, 0, 0], server.Usage.Records.Select(record => record.BytesIn));
    }

    [Fact]
    public async Task Convert_AFailureOfOurs_IsRecordedAndNotBillable()
    {
        await using var server = await EdgeServer.StartAsync(Converters.Failing(ConversionFailure.KernelCrashed));

        using var answer = await server.ConvertAsync("?width=20");

        var record = Assert.Single(server.Usage.Records);
        Assert.Equal(((int)answer.StatusCode, false, 0), (record.Status, record.IsBillable, record.Results));
        Assert.Equal((ImageFormat.Png, 200L), (record.Source, record.BytesIn));
    }

    [Fact]
    public async Task Convert_AnException_IsRecordedOnceAs500()
    {
        await using var server = await EdgeServer.StartAsync((_, _) => throw new InvalidOperationException("A bug."));

        using var answer = await server.ConvertAsync("?width=20");

        Assert.Equal(500, Assert.Single(server.Usage.Records).Status);
    }

    [Fact]
    public async Task Convert_WhatIsUnchanged_IsRecordedAndNotBillable()
    {
        await using var server = await EdgeServer.StartAsync();
        using var first = await server.ConvertAsync("?width=20");

        using var second = await server.ConvertAsync(
            "?width=20", null, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal([200, 304], server.Usage.Records.Select(record => record.Status));
        Assert.False(server.Usage.Records[1].IsBillable);
    }

    [Fact]
    public async Task Convert_WhenTheRecorderRefuses_IsShedBeforeAnyWork()
    {
        var worked = 0;
        await using var server = await EdgeServer.StartAsync((request, _) =>
        {
            worked++;
            return Task.FromResult(Converters.Success(request));
        });
        server.Usage.Refusing = "The disk is full.";

        using var answer = await server.ConvertAsync("?width=20");

        await answer.ProblemAsync(503, "usage-unrecorded");
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Equal((0, 0), (worked, server.Usage.Records.Count));
    }

    [Fact]
    public async Task Convert_WhenTheRecordIsNotTaken_NoImageIsGiven()
    {
        var released = 0;
        await using var server = await EdgeServer.StartAsync(
            (request, _) => Task.FromResult(Converters.Success(request, () => released++)));
        server.Usage.IsTaking = false;

        using var answer = await server.ConvertAsync("?width=20");

        await answer.ProblemAsync(503, "usage-unrecorded");
        Assert.Equal((1, HttpStatusCode.ServiceUnavailable), (released, answer.StatusCode));
    }
}
