using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Millrace.Core.Conversions;
using Millrace.Core.Images;

namespace Millrace.Edge.Tests.Uploads;

public sealed class UploadTests
{
    private static readonly ImageLimits Small = new() { BytesMax = 200_000 };

    [Theory]
    [InlineData(null)]
    [InlineData("application/octet-stream")]
    [InlineData("image/jpeg")]
    [InlineData("IMAGE/anything; quality=high")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Raw_WhenTypeIsTaken_Converts(string? type)
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync(content: Pictures.Body(type: type));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("multipart/mixed; boundary=x")]
    public async Task Raw_WhenTypeIsNotTaken_Answers415(string type)
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync(content: Pictures.Body(type: type));

        await response.ProblemAsync(415, "unsupported-media-type");
    }

    [Fact]
    public async Task Raw_WhenBodyIsCoded_Answers415()
    {
        await using var server = await EdgeServer.StartAsync();
        var body = Pictures.Body();
        body.Headers.ContentEncoding.Add("gzip");

        var response = await server.ConvertAsync(content: body);

        await response.ProblemAsync(415, "unsupported-media-type");
    }

    [Fact]
    public async Task Raw_WhenBodyIsEmpty_Answers400()
    {
        await using var server = await EdgeServer.StartAsync();

        var declared = await server.ConvertAsync(content: Pictures.Body([]));
        var chunked = await server.ConvertAsync(content: Pictures.Chunked([]));

        await declared.ProblemAsync(400, "empty-body");
        await chunked.ProblemAsync(400, "empty-body");
    }

    [Theory]
    [InlineData(true, 199_999, 200)]
    [InlineData(true, 200_000, 200)]
    [InlineData(true, 200_001, 413)]
    [InlineData(false, 199_999, 200)]
    [InlineData(false, 200_000, 200)]
    [InlineData(false, 200_001, 413)]
    public async Task Raw_AtTheByteLimit_IsTakenToTheByte(bool declared, int bytes, int status)
    {
        await using var server = await EdgeServer.StartAsync(limits: Small);
        var picture = Pictures.Png(bytes: bytes);

        var response = await server.ConvertAsync(
            content: declared ? Pictures.Body(picture) : Pictures.Chunked(picture));

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (status == 413) await response.ProblemAsync(413, "too-many-bytes");
    }

    [Fact]
    public async Task Raw_FarOverTheLimitWithoutALength_IsRefusedWhileItComes()
    {
        await using var server = await EdgeServer.StartAsync(limits: Small);
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync(
            "POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2DC6C0\r\n");
        var answer = client.ReadToEndAsync();
        try
        {
            await client.SendAsync(Encoding.Latin1.GetString(Pictures.Png(bytes: 3_000_000)));
        }
        catch (IOException)
        {
            // The server has answered and closed before it had all of it.
        }

        Assert.StartsWith("HTTP/1.1 413 ", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_WhenLengthIsOverTheLimit_IsRefusedBeforeTheBody()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Raw_WhateverTheLength_ReachesTheConverterUnchanged(bool declared)
    {
        ConversionRequest? seen = null;
        var copy = Array.Empty<byte>();
        await using var server = await EdgeServer.StartAsync((request, _) =>
        {
            (seen, copy) = (request, request.Source.ToArray());
            return Task.FromResult(Converters.Success(request));
        });
        var picture = Pictures.Png(bytes: 5_000_000);
        new Random(1).NextBytes(picture.AsSpan(41));

        await server.ConvertAsync(content: declared ? Pictures.Body(picture) : Pictures.Chunked(picture));

        Assert.Equal(picture, copy);
        Assert.True(seen!.Watermark.IsEmpty);
    }

    [Fact]
    public async Task Body_WhenNotCompleteInTime_Answers408()
    {
        await using var server = await EdgeServer.StartAsync(settings: ("Edge:Convert:BodyTimeout", "00:00:00.300"));
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc");
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:millrace:problem:body-too-slow", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_WhenSlowerThanTheRate_Answers408()
    {
        await using var server = await EdgeServer.StartAsync(settings: ("Edge:Serving:RateGrace", "00:00:01.100"));
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc");
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:millrace:problem:body-too-slow", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5000\r\n\r\nabc", "hung_up")]
    [InlineData("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n--x\r\nabc", "hung_up")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5000\r\nabc", "")]
    public async Task Body_WhenTheClientHangsUpWithinIt_IsCountedAndLogsNothing(string rest, string outcome)
    {
        await using var server = await EdgeServer.StartAsync();
        var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\n" + rest);
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 1);
        client.Dispose();

        await server.Measured.UntilAsync("millrace.edge.requests", "outcome=" + outcome);
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
        Assert.DoesNotContain(server.Log.All, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Body_WhenOnlyItsDirectionIsClosedWithinIt_NeverAnswers200()
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc");
        client.EndSending();
        var answer = await client.ReadToEndAsync();

        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("Content-Length: -3\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n")]
    public async Task Body_WhenItsEndIsOpenToDispute_Answers400AndCloses(string rest)
    {
        await using var server = await EdgeServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\n" + rest);
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(server.Log.All, line => line.Level >= LogLevel.Warning);
    }
}
