using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Millrace.Core.Conversions;

namespace Millrace.Edge.Tests.Convert;

public sealed partial class ConvertEndpointTests
{
    public static TheoryData<ConversionFailure, int, string> Failures => new()
    {
        { ConversionFailure.Empty, 400, "empty-body" },
        { ConversionFailure.UnsupportedFormat, 415, "unsupported-format" },
        { ConversionFailure.TooManyBytes, 413, "too-many-bytes" },
        { ConversionFailure.TooManyPixels, 422, "too-many-pixels" },
        { ConversionFailure.TooManyFrames, 422, "too-many-frames" },
        { ConversionFailure.TooManyScans, 422, "too-many-scans" },
        { ConversionFailure.OutputTooLarge, 422, "output-too-large" },
        { ConversionFailure.Damaged, 422, "damaged" },
        { ConversionFailure.TransformImpossible, 422, "transform-impossible" },
        { ConversionFailure.WatermarkUnreadable, 422, "watermark-unreadable" },
        { ConversionFailure.SourceGone, 422, "source-gone" },
        { ConversionFailure.KernelCrashed, 422, "kernel-crashed" },
        { ConversionFailure.KernelDeadline, 422, "kernel-deadline" },
        { ConversionFailure.KernelOutOfMemory, 422, "kernel-out-of-memory" },
        { ConversionFailure.KernelProtocol, 422, "kernel-protocol" },
        { ConversionFailure.Quarantined, 422, "quarantined" },
        { ConversionFailure.QueueFull, 503, "queue-full" },
        { ConversionFailure.QueueDeadline, 503, "queue-deadline" },
        { ConversionFailure.Stopping, 503, "stopping" },
        { ConversionFailure.NoKernel, 503, "no-kernel" },
        { ConversionFailure.WorkerLost, 503, "worker-lost" },
        { ConversionFailure.QueueUnavailable, 503, "queue-unavailable" },
        { ConversionFailure.NotWorkedOn, 503, "not-worked-on" },
    };

    [Fact]
    public async Task Post_WhenImageConverts_AnswersItWithItsHeaders()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync("?width=20&format=webp");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("width=20&format=webp", await response.TextAsync());
        Assert.Equal("image/webp", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(20, response.Content.Headers.ContentLength);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-cache, no-transform, private",
            string.Join(", ", response.Headers.CacheControl!.ToString().Split(", ").Order()));
        Assert.False(response.Headers.ETag!.IsWeak);
        Assert.Empty(response.Headers.Vary);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Post_Always_TellsWhereTheTimeWent()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync();

        var timing = response.Headers.GetValues("Server-Timing").Single();
        var entries = timing.Split(", ").Select(entry => entry.Split(";dur=")).ToDictionary(
            entry => entry[0], entry => double.Parse(entry[1], CultureInfo.InvariantCulture));
        Assert.Equal(["auth", "admit", "read", "queue", "convert", "total"], entries.Keys);
        Assert.Equal(2, entries["queue"]);
        Assert.Equal(20, entries["convert"]);
        Assert.True(entries["total"] >= entries["auth"] + entries["admit"] + entries["read"]);
    }

    [Fact]
    public async Task Post_Always_CarriesAnIdOfVersion7()
    {
        await using var server = await EdgeServer.StartAsync();

        var first = (await server.ConvertAsync()).Job();
        var second = (await server.ConvertAsync("?width=none")).Job();

        Assert.Matches(Version7(), first);
        Assert.Matches(Version7(), second);
        Assert.NotEqual(first, second);
    }

    [Theory, MemberData(nameof(Failures))]
    public async Task Post_WhenConversionFails_AnswersByTheTable(ConversionFailure failure, int status, string code)
    {
        await using var server = await EdgeServer.StartAsync(Converters.Failing(failure));

        var response = await server.ConvertAsync();

        var problem = await response.ProblemAsync(status, code);
        Assert.StartsWith("The reason. ", problem.Detail(), StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal(status == 503, response.Headers.RetryAfter?.Delta is { TotalSeconds: >= 1 and <= 30 });
    }

    [Fact]
    public void Failures_Always_AreAllOfThem() =>
        Assert.Equal(Enum.GetValues<ConversionFailure>(), Failures.Select(row => row.Data.Item1));

    [Fact]
    public async Task Post_WhenConverterIsBroken_Answers500WithoutInternals()
    {
        await using var server = await EdgeServer.StartAsync((_, _) => throw new InvalidOperationException("secret"));

        var response = await server.ConvertAsync();

        var problem = await response.ProblemAsync(500, "internal-error");
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Post_WhenParameterIsBad_NamesItAndWhatIsAllowed()
    {
        await using var server = await EdgeServer.StartAsync();

        var problem = await (await server.ConvertAsync("?width=20&fit=wrong")).ProblemAsync(400, "bad-parameter");

        Assert.Equal("fit", problem.GetProperty("parameter").GetString());
        Assert.Contains("inside", problem.GetProperty("allowed").GetString(), StringComparison.Ordinal);
        Assert.Contains("'wrong'", problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhenImageIsABomb_RefusesItWithoutTheConverter()
    {
        var called = false;
        await using var server = await EdgeServer.StartAsync((request, _) =>
        {
            called = true;
            return Task.FromResult(Converters.Success(request));
        });

        var response = await server.ConvertAsync(content: Pictures.Body(Pictures.Png(60_000, 60_000)));

        await response.ProblemAsync(422, "too-many-pixels");
        Assert.False(called);
    }

    [Fact]
    public async Task Post_WhenBytesAreNoImage_Answers415()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync(
            content: Pictures.Body("not an image at all"u8.ToArray(), "image/png"));

        await response.ProblemAsync(415, "unsupported-format");
    }

    [Fact]
    public async Task Post_WhenImageWasSent_GivesItsBufferBack()
    {
        var released = new TaskCompletionSource();
        await using var server = await EdgeServer.StartAsync(
            (request, _) => Task.FromResult(Converters.Success(request, released.SetResult)));

        await server.ConvertAsync();

        await released.Task.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Post_WhenResultComesTooLate_Answers503()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Convert:RequestTimeout", "00:00:00.200"));

        var response = await server.ConvertAsync();

        await response.ProblemAsync(503, "queue-deadline");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Post_WhenClientHangsUp_CancelsCountsAndLogsNoError()
    {
        var cancelled = new TaskCompletionSource();
        var came = new TaskCompletionSource();
        await using var server = await EdgeServer.StartAsync(async (_, cancellationToken) =>
        {
            using var registration = cancellationToken.Register(cancelled.SetResult);
            came.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("never here");
        });
        using var hangUp = new CancellationTokenSource();

        var sending = server.ConvertAsync("", null, hangUp.Token);
        await came.Task.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await cancelled.Task.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);
        await server.Measured.UntilAsync("millrace.edge.requests", "outcome=hung_up");
        Assert.DoesNotContain(server.Log.All, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    public async Task Other_OnTheAddress_Answers405(string method)
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.Client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), EdgeServer.ConvertPath),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        if (method != "HEAD") await response.ProblemAsync(405, "method-not-allowed");
    }

    [Fact]
    public async Task Get_WhenNothingIsThere_Answers404EvenToWhoAcceptsOnlyImages()
    {
        await using var server = await EdgeServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Add("Accept", "image/webp");

        var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await response.ProblemAsync(404, "not-found");
    }

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex Version7();
}
