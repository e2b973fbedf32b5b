using System.Net;
using Millrace.Core.Conversions;

namespace Millrace.Edge.Tests.Convert;

public sealed class ResultTagTests
{
    [Fact]
    public async Task Tag_WhenSourceAndTransformAreEqual_IsEqual()
    {
        await using var server = await EdgeServer.StartAsync();

        var tag = (await server.ConvertAsync("?width=20&format=webp")).Headers.ETag;
        var reordered = (await server.ConvertAsync("?format=webp&width=20&fit=inside")).Headers.ETag;
        var uploaded = (await server.ConvertAsync(
            "?width=20&format=webp", Pictures.Form(("file", Pictures.Png())))).Headers.ETag;

        Assert.Equal(tag, reordered);
        Assert.Equal(tag, uploaded);
    }

    [Fact]
    public async Task Tag_WhenAnythingDiffers_Differs()
    {
        await using var server = await EdgeServer.StartAsync();
        await using var other = await EdgeServer.StartAsync(settings: ("Edge:Convert:Build", "another"));

        string?[] tags =
        [
            (await server.ConvertAsync("?width=20")).Headers.ETag?.Tag,
            (await server.ConvertAsync("?width=21")).Headers.ETag?.Tag,
            (await server.ConvertAsync("?width=20", Pictures.Body(Pictures.Png(41)))).Headers.ETag?.Tag,
            (await other.ConvertAsync("?width=20")).Headers.ETag?.Tag,
        ];

        Assert.Equal(tags.Length, tags.Distinct().Count());
        Assert.All(tags, Assert.NotNull);
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"a\", {0}, \"b\"", 304)]
    [InlineData("\"a\"", 200)]
    [InlineData("*", 200)]
    [InlineData("not a tag", 200)]
    public async Task IfNoneMatch_WhenItNamesTheTag_Answers304WithoutConverting(string header, int status)
    {
        var conversions = 0;
        await using var server = await EdgeServer.StartAsync((request, _) =>
        {
            conversions++;
            return Task.FromResult<ConversionOutcome>(Converters.Success(request));
        });
        var tag = (await server.ConvertAsync("?width=20")).Headers.ETag!.Tag;

        var response = await server.ConvertAsync(
            "?width=20", null, ("If-None-Match", header.Replace("{0}", tag, StringComparison.Ordinal)));

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(tag, response.Headers.ETag?.Tag);
        Assert.Equal(status == 304 ? 1 : 2, conversions);
        Assert.NotEmpty(response.Job());
    }

    [Theory]
    [InlineData("image/avif,image/webp,*/*;q=0.8")]
    [InlineData("image/webp")]
    [InlineData("image/png")]
    public async Task FormatAuto_Always_FollowsAcceptAndSaysSo(string accept)
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync("?format=auto", null, ("Accept", accept));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(response.Content.Headers.ContentType!.MediaType!, accept, StringComparison.Ordinal);
        Assert.Equal(["Accept"], response.Headers.Vary);
    }
}
