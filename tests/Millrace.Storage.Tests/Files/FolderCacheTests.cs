using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.Files;

namespace Millrace.Storage.Tests.Files;

/// <summary>Folders that a store keeps open while others remove them and make new ones in their place.</summary>
public sealed class FolderCacheTests
{
    private const string Key = "a/b/1";

    [Theory]
    [InlineData(2_048)]
    [InlineData(4)]
    public async Task Calls_WhenAnotherHasMadeTheFoldersAnew_FindWhatIsThere(int folderNamesMax)
    {
        using var folder = new StoreFolder(folderNamesMax);
        var (store, other) = (folder.Open(), folder.Open());
        foreach (var call in new Func<Task>[]
        {
            async () => Assert.Equal("new", await store.GetAsync(Key)),
            async () => Assert.Equal(PutOutcome.Exists, await store.PutAsync(Key, "mine")),
            async () => Assert.Equal([Key], await store.KeysAsync("a/b/")),
            async () =>
            {
                await store.DeleteAsync(Key);
                Assert.Null(await other.GetAsync(Key));
            },
        })
        {
            await store.PutAsync(Key, "old");
            await other.DeleteAsync(Key);
            await other.PutAsync(Key, "new");

            await call();

            await other.DeleteAsync(Key);
        }
    }

    [Fact]
    public async Task Put_WhenAnotherHasRemovedTheFolders_MakesThem()
    {
        using var folder = new StoreFolder();
        var (store, other) = (folder.Open(), folder.Open());
        await store.PutAsync(Key, "old");
        await other.DeleteAsync(Key);

        Assert.Equal(PutOutcome.Stored, await store.PutAsync(Key, "new"));

        Assert.Equal("new", await other.GetAsync(Key));
    }

    [Fact]
    public async Task Get_WhenAnotherHasRemovedTheFolders_FindsNothing()
    {
        using var folder = new StoreFolder();
        var (store, other) = (folder.Open(), folder.Open());
        await store.PutAsync(Key, "old");
        await other.DeleteAsync(Key);

        Assert.Null(await store.GetAsync(Key));
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task Calls_OfManyPrefixes_KeepNoMoreFoldersOpenThanMayBe()
    {
        using var folder = new StoreFolder();
        folder.Options = folder.Options with { FoldersKeptMax = 3 };
        var store = folder.Open();
        var before = OpenIn(folder);

        for (var round = 0; round < 2; round++)
        {
            for (var tenant = 0; tenant < 20; tenant++)
            {
                await store.PutAsync($"jobs/{tenant}/{round}", "x");
                Assert.Equal("x", await store.GetAsync($"jobs/{tenant}/{round}"));
            }
        }

        Assert.Equal(3, OpenIn(folder) - before);
    }

    [Fact]
    public void Folder_InTwoHands_IsClosedWithTheLast()
    {
        using var folder = new StoreFolder();
        var root = OpenFolder.OpenRoot(folder.Options.Folder);
        using var kept = new FolderCache(1);
        kept.Keep("a", root);

        var found = kept.Find("a")!;
        kept.Drop("a");
        root.Dispose();

        Assert.False(found.IsRemoved);
        found.Dispose();
        Assert.Throws<ObjectDisposedException>(() => found.IsRemoved);
        Assert.Null(kept.Find("a"));
    }

    private static int OpenIn(StoreFolder folder) => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(link => new FileInfo(link).LinkTarget?.StartsWith(folder.Options.Folder, StringComparison.Ordinal)
            ?? false);
}
