using Amazon.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Contracts;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Engines.Swift;
using Millrace.Storage.S3;

namespace Millrace.Storage.Tests.S3;

/// <summary>
/// A bucket that is not fit is refused at the start, with a plain sentence; one that is down is waited for.
/// </summary>
public sealed class S3ProbeTests(SharedSwift swift)
{
    [Fact]
    public async Task Check_OfAStoreThatIgnoresIfNoneMatch_IsRefused()
    {
        var options = await swift.OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, IgnoreAsync);
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.CheckAsync(CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        Assert.Contains("ignores 'If-None-Match: *'", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", "text"));
        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task Check_OfAStoreWhoseCreatesRace_IsRefused()
    {
        var options = await swift.OptionsAsync() with { AllowRacingCreates = false };
        var racers = 0;
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, door) =>
        {
            // The first two creates are those that come one after another.
            var isCreate = context.Request.Headers.IfNoneMatch.Count > 0;
            return isCreate && Interlocked.Increment(ref racers) > 2
                ? IgnoreAsync(context, door)
                : door.PassAsync(context);
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.CheckAsync(CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        Assert.Contains("when they come at once", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfAStoreThatDoesNotKnowCreates_IsRefused()
    {
        var options = await swift.OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, door) =>
        {
            if (context.Request.Headers.IfNoneMatch.Count == 0) return door.PassAsync(context);
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
            return Task.CompletedTask;
        });
        using var store = swift.Open(options with { Endpoint = door.Endpoint });

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.CheckAsync(CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        Assert.Contains("does not know create-only puts", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfABucketThatIsMissing_IsRefused()
    {
        using var store = swift.Open(await swift.OptionsAsync() with { Bucket = "missing" });

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.CheckAsync(CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        Assert.Contains("'missing'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SwiftCluster.AccessKey, "wrong")]
    [InlineData("nobody", SwiftCluster.SecretKey)]
    public async Task Calls_WithWrongCredentials_AreRefused(string access, string secret)
    {
        using var store = swift.Open(await swift.OptionsAsync(), new BasicAWSCredentials(access, secret));

        foreach (var call in new Func<Task>[]
        {
            () => store.CheckAsync(CancellationToken.None), () => store.PutAsync("a", "text", PutMode.Replace),
            () => store.GetAsync("a"), () => store.KeysAsync(), () => store.DeleteAsync("a"),
        })
        {
            var refusal = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
            Assert.DoesNotContain(secret, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Host_WhenTheBucketIsNotFit_DoesNotStart()
    {
        var options = await swift.OptionsAsync();
        await using var door = await S3Door.OpenAsync(options.Endpoint!, IgnoreAsync);
        using var host = Host(options with { Endpoint = door.Endpoint });

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("ignores 'If-None-Match: *'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_WhenTheStoreIsDown_StartsAndBecomesReadyOnceItIsThere()
    {
        var options = await swift.OptionsAsync();
        var isDown = true;
        await using var door = await S3Door.OpenAsync(options.Endpoint!, (context, door) =>
        {
            if (!Volatile.Read(ref isDown)) return door.PassAsync(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        using var host = Host(options with { Endpoint = door.Endpoint });

        await host.StartAsync(TestContext.Current.CancellationToken);

        var health = host.Services.GetRequiredService<StorageHealth>();
        Assert.Contains("503", health.Unready, StringComparison.Ordinal);
        Volatile.Write(ref isDown, false);
        await Deadline.Until(() => health.Unready is null, "the store is ready");
        var store = host.Services.GetRequiredService<IObjectStore>();
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a", "text"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    // As a store does that has never heard of the header: it is signed, and cannot be taken off on the way.
    private static Task IgnoreAsync(HttpContext context, S3Door door)
    {
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode == StatusCodes.Status412PreconditionFailed)
                context.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        return door.PassAsync(context);
    }

    private static IHost Host(S3ObjectStoreOptions options)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", SwiftCluster.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SwiftCluster.SecretKey);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:S3:Endpoint"] = options.Endpoint!.AbsoluteUri,
            ["Storage:S3:Bucket"] = options.Bucket,
            ["Storage:S3:Prefix"] = options.Prefix,
            ["Storage:S3:AllowRacingCreates"] = options.AllowRacingCreates.ToString(),
            ["Storage:S3:RetryDelay"] = "00:00:00.010",
            ["Storage:S3:ProbeInterval"] = "00:00:00.050",
        });
        builder.Services.AddS3ObjectStore();
        return builder.Build();
    }
}
