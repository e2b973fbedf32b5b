using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts;
using Millrace.Core.Objects;
using Millrace.Storage.Files;

namespace Millrace.Storage.Tests.Files;

public sealed class DiskThreadsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FileObjectStoreOptions _options = new() { Threads = 1, WaitingMax = 1 };

    [Fact]
    public async Task Run_WhenTheDiskHangs_IsUnavailableInTime()
    {
        using var disk = new DiskThreads(_options, _time);
        using var hang = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var stuck = disk.RunAsync(() => HangIn(began, hang), CancellationToken.None);
        Assert.True(began.Wait(Deadline.Limit, TestContext.Current.CancellationToken));

        _time.Advance(_options.Timeout);

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => stuck);
        Assert.Equal(ObjectStoreFault.Unavailable, failure.Fault);
        hang.Set();
        Assert.Equal(5, await disk.RunAsync(() => 5, CancellationToken.None).Within());
    }

    [Fact]
    public async Task Run_WhenTooManyWait_IsUnavailableAtOnce()
    {
        using var disk = new DiskThreads(_options, _time);
        using var hang = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var stuck = disk.RunAsync(() => HangIn(began, hang), CancellationToken.None);
        Assert.True(began.Wait(Deadline.Limit, TestContext.Current.CancellationToken));
        var waits = disk.RunAsync(() => 5, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => disk.RunAsync(() => 6, CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Unavailable, failure.Fault);
        hang.Set();
        Assert.Equal(5, await waits.Within());
        Assert.True(await stuck.Within());
    }

    [Fact]
    public async Task Run_WhenTheDiskFails_SaysWhatThatMeans()
    {
        using var disk = new DiskThreads(_options, _time);

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => disk.RunAsync<int>(() => throw new IOException("No space left", 28), CancellationToken.None));

        Assert.Equal(ObjectStoreFault.Full, failure.Fault);
    }

    private static bool HangIn(ManualResetEventSlim began, ManualResetEventSlim hang)
    {
        began.Set();
        return hang.Wait(Deadline.Limit);
    }
}
