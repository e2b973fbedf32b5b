using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;

namespace Millrace.Storage.Tests.Files;

public sealed class FileObjectStoreTests
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Put_OfManyFlatNames_LeavesNoLargeFolder()
    {
        const int max = 16;
        using var folder = new StoreFolder(folderNamesMax: max);
        var store = folder.Open();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 600), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await store.PutAsync($"flat/0198{i:x8}", "x"));

        // A folder is counted now and then, and while it is: it has a few more.
        var largest = Directory.EnumerateDirectories(folder.Options.Folder, "*", SearchOption.AllDirectories)
            .Max(one => Directory.EnumerateFiles(one).Count());
        Assert.InRange(largest, max / 2, max * 4);
        Assert.Equal(600, (await store.KeysAsync("flat/")).Count);
    }

    [Fact]
    public async Task Put_WhenTooLittleWouldStayFree_IsFull()
    {
        using var folder = new StoreFolder();
        folder.Options = folder.Options with { FreeBytesMin = 1L << 50 };
        var store = folder.Open();

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", "text"));

        Assert.Equal(ObjectStoreFault.Full, failure.Fault);
        Assert.Empty(await store.KeysAsync());
        Assert.Empty(Directory.EnumerateFiles(folder.Temporary));
    }

    [Fact]
    public async Task Put_OnADiskThatIsFull_SaysSoAndLeavesNothing()
    {
        // A file system of one megabyte that only this process sees; root is not needed.
        using var folder = new StoreFolder();
        const string mount = "mount -t tmpfs -o size=1m none \"$0\" && exec dotnet \"$@\"";
        using var victim = new StoreProcess(new ProcessStartInfo(
            "unshare",
            ["-rm", "sh", "-c", mount, folder.Outside, .. StoreFolder.VictimArguments(folder.Options.Folder)]));

        Assert.Equal("Stored", await victim.AskAsync("fill a 400000"));
        Assert.Equal("Full", await victim.AskAsync("fill b 900000"));
        Assert.Equal("Full", await victim.AskAsync("fill b 900000"));
        Assert.Equal("Exists", await victim.AskAsync("fill a 400000"));
        Assert.Equal("Stored", await victim.AskAsync("fill b 400000"));
    }

    [Fact]
    public async Task Calls_ThroughASymlinkThatSomebodyPlanted_AreRefused()
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        await store.PutAsync("good", "text");
        var secret = Path.Combine(folder.Outside, "secret");
        File.WriteAllText(secret, "secret");
        Directory.CreateSymbolicLink(Path.Combine(folder.Options.Folder, "jobs+"), folder.Outside);
        File.CreateSymbolicLink(Path.Combine(folder.Options.Folder, "link"), secret);

        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync("jobs/1", "x"), () => store.GetAsync("jobs/secret"), () => store.KeysAsync("jobs/"),
            () => store.DeleteAsync("jobs/secret"), () => store.GetAsync("link"), () => store.PutAsync("link", "x"),
        })
        {
            var refusal = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
        }

        Assert.Equal(["good"], await store.KeysAsync());
        Assert.Equal(["objects", "secret"], Directory.EnumerateFileSystemEntries(folder.Outside)
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("secret", File.ReadAllText(secret));
    }

    [Fact]
    public async Task Replace_OfASymlinkOrItsDeletion_LeavesWhatItPointsTo()
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        var secret = Path.Combine(folder.Outside, "secret");
        File.WriteAllText(secret, "secret");
        File.CreateSymbolicLink(Path.Combine(folder.Options.Folder, "link"), secret);

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("link", "x", PutMode.Replace));
        await store.DeleteAsync("link");

        Assert.Equal("secret", File.ReadAllText(secret));
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("link", "mine"));
    }

    [Theory]
    [InlineData("mkfifo \"$0/odd\"")]
    [InlineData("mkdir \"$0/odd\"")]
    public async Task Get_OfWhatIsNoFile_IsRefused(string make)
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        using var made = Process.Start("sh", ["-c", make, folder.Options.Folder]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("odd"));

        Assert.Equal(ObjectStoreFault.Refused, refusal.Fault);
    }

    [Fact]
    public async Task Get_OfAnObjectWhosePutWasKilled_MakesItDurableFirst()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new StoreFolder();
        var store = folder.Open();
        await store.PutAsync("jobs/1", "text");
        var prefix = Path.Combine(folder.Options.Folder, "jobs+");
        var file = Path.Combine(prefix, "1");
        Assert.Equal(FileMode, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, FileMode | UnixFileMode.StickyBit);
        File.SetUnixFileMode(prefix, File.GetUnixFileMode(prefix) | UnixFileMode.StickyBit);

        Assert.Equal("text", await folder.Open().GetAsync("jobs/1"));

        Assert.Equal(FileMode, File.GetUnixFileMode(file));
        Assert.False(File.GetUnixFileMode(prefix).HasFlag(UnixFileMode.StickyBit));
    }

    [Fact]
    public async Task Delete_OfTheLastObjectOfAPrefix_RemovesItsFolders()
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        await store.PutAsync("a/b/c/d", "x");
        await store.PutAsync("a/e", "x");

        await store.DeleteAsync("a/b/c/d");

        Assert.Equal(["e"], Directory.EnumerateFileSystemEntries(Path.Combine(folder.Options.Folder, "a+"))
            .Select(Path.GetFileName));
    }

    [Fact]
    public async Task Put_WhileOthersEmptyItsFolder_IsNeverLost()
    {
        using var folder = new StoreFolder(folderNamesMax: 4);
        var store = folder.Open();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                var key = $"a/b/{writer}";
                Assert.Equal(PutOutcome.Stored, await store.PutAsync(key, key));
                Assert.Equal(key, await store.GetAsync(key));
                await store.DeleteAsync(key);
                Assert.Null(await store.GetAsync(key));
            }
        })));

        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task Sweep_OfTemporaryFiles_RemovesThoseThatAreOld()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var folder = new StoreFolder { Time = time };
        var store = folder.Open();
        File.WriteAllText(Path.Combine(folder.Temporary, "orphan"), "half of an obj");
        Assert.Equal(0, await store.SweepAsync(CancellationToken.None));

        time.Advance(folder.Options.TemporaryAge + TimeSpan.FromMinutes(1));
        File.WriteAllText(Path.Combine(folder.Temporary, "young"), "half of an obj");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Temporary, "young"), time.GetUtcNow().UtcDateTime);

        Assert.Equal(1, await store.SweepAsync(CancellationToken.None));
        Assert.Equal(["young"], Directory.EnumerateFiles(folder.Temporary).Select(Path.GetFileName));
    }
}
