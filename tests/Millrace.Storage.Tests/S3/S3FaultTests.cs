using Microsoft.AspNetCore.Http;
using Millrace.Contracts;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.S3;

namespace Millrace.Storage.Tests.S3;

/// <summary>What callers see of a store whose answers are lost, late, cut off or refusals.</summary>
public sealed class S3FaultTests(SharedSwift swift)
{
    private const int TriesMax = 3;

    [Fact]
    public async Task Create_WhenTheAnswerOfItsFirstTryIsLost_KnowsItsOwnObject()
    {
        var puts = 0;
        var options = await OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, async (context, door) =>
        {
            if (!IsPutOf(context, "/a") || Interlocked.Increment(ref puts) > 1)
            {
                await door.PassAsync(context);
                return;
            }
            using var answer = await door.ForwardAsync(context);
            context.Abort();
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a", "mine"));

        Assert.Equal(2, puts);
        Assert.Equal(PutOutcome.Exists, await store.PutAsync("a", "another's"));
        Assert.Equal("mine", await store.GetAsync("a"));
    }

    [Fact]
    public async Task Calls_WhenTheStoreCannotForAMoment_AreTriedAgain()
    {
        var calls = 0;
        var options = await OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, door) =>
        {
            if (Interlocked.Increment(ref calls) % TriesMax == 0) return door.PassAsync(context);
            return AnswerAsync(context, StatusCodes.Status503ServiceUnavailable);
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a", "text"));
        Assert.Equal("text", await store.GetAsync("a"));
        Assert.Equal(["a"], await store.KeysAsync());
        await store.DeleteAsync("a");
        Assert.Null(await store.GetAsync("a"));
    }

    [Theory]
    [InlineData(StatusCodes.Status503ServiceUnavailable, ObjectStoreFault.Unavailable, TriesMax)]
    [InlineData(StatusCodes.Status500InternalServerError, ObjectStoreFault.Unavailable, TriesMax)]
    [InlineData(StatusCodes.Status429TooManyRequests, ObjectStoreFault.Unavailable, TriesMax)]
    [InlineData(StatusCodes.Status507InsufficientStorage, ObjectStoreFault.Full, 1)]
    [InlineData(StatusCodes.Status413PayloadTooLarge, ObjectStoreFault.Full, 1)]
    [InlineData(StatusCodes.Status403Forbidden, ObjectStoreFault.Refused, 1)]
    [InlineData(StatusCodes.Status301MovedPermanently, ObjectStoreFault.Refused, 1)]
    public async Task Put_WhenTheStoreAnswersSo_FailsAfterSoManyTries(int status, ObjectStoreFault fault, int tries)
    {
        var calls = 0;
        var options = await OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, _) =>
        {
            Interlocked.Increment(ref calls);
            return AnswerAsync(context, status);
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => store.PutAsync("a", "text", PutMode.Replace));

        Assert.Equal((fault, tries), (failure.Fault, calls));
        Assert.Contains(
            status.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OfLongContentThatCannotGoBack_IsTriedOnce()
    {
        var calls = 0;
        var options = await OptionsAsync() with { KeptBytesMax = 1_000 };
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, _) =>
        {
            Interlocked.Increment(ref calls);
            return AnswerAsync(context, StatusCodes.Status503ServiceUnavailable);
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync(
            ObjectKey.Of("a"), new MadeStream(1_001), 1_001, PutMode.Replace, CancellationToken.None).Within());

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Calls_WhenTheStoreIsSilent_FailInTime()
    {
        var options = await OptionsAsync() with { SilenceTimeout = TimeSpan.FromSeconds(0.5), TriesMax = 2 };
        await using var door = await S3Door.OpenAsync(options.Endpoint!, SilentAsync);
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync("a", "text", PutMode.Replace), () => store.GetAsync("a"), () => store.KeysAsync(),
        })
        {
            var failure = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreFault.Unavailable, failure.Fault);
            Assert.Contains("silent for 0.5 s", failure.Message, StringComparison.Ordinal);
        }

        static Task SilentAsync(HttpContext context, S3Door door)
        {
            var ended = new TaskCompletionSource();
            context.RequestAborted.Register(ended.SetResult);
            return ended.Task;
        }
    }

    [Fact]
    public async Task Get_WhenTheContentBreaksOff_SaysSoWhileItIsRead()
    {
        var isOpen = new TaskCompletionSource();
        var options = await OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, async (context, door) =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) || !context.Request.Path.Value!.EndsWith("/a"))
            {
                await door.PassAsync(context);
                return;
            }
            context.Response.ContentLength = 1_000;
            await context.Response.Body.WriteAsync(new byte[500]);
            await context.Response.Body.FlushAsync();
            await isOpen.Task;
            context.Abort();
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });
        await using var found = await store.GetAsync(ObjectKey.Of("a"), null, CancellationToken.None);

        isOpen.SetResult();
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => found!.Content.CopyToAsync(Stream.Null, CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Broken, failure.Fault);
    }

    private static bool IsPutOf(HttpContext context, string end) => HttpMethods.IsPut(context.Request.Method)
        && context.Request.Path.Value!.EndsWith(end, StringComparison.Ordinal);

    private static async Task AnswerAsync(HttpContext context, int status)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = status;
    }

    private async Task<S3ObjectStoreOptions> OptionsAsync() => await swift.OptionsAsync() with
    {
        TriesMax = TriesMax,
        RetryDelay = TimeSpan.FromMilliseconds(5),
    };
}
