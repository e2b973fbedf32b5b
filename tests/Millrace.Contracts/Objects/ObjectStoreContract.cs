using Millrace.Core.Objects;

namespace Millrace.Contracts.Objects;

/// <summary>What every <see cref="IObjectStore"/> does; one subclass an adapter, on its real engine.</summary>
public abstract partial class ObjectStoreContract : IAsyncLifetime
{
    /// <summary>A store that is empty.</summary>
    protected abstract ValueTask<IObjectStore> CreateAsync();

    /// <summary>How many objects a test makes that wants several pages of a list.</summary>
    protected abstract int Many { get; }

    /// <summary>Bytes of the object that does not fit into the memory that a put may take.</summary>
    protected abstract long BigBytes { get; }

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Closes every store that was made, and removes what it holds.</summary>
    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Put_OfAnObject_CanBeReadWithItsHead()
    {
        var store = await CreateAsync();

        Assert.Equal(PutOutcome.Stored, await store.PutAsync("jobs/a/outcome", "text"));

        await using var found = await store.GetAsync(ObjectKey.Of("jobs/a/outcome"), null, CancellationToken.None);
        Assert.Equal("text", await new StreamReader(found!.Content).ReadToEndAsync());
        Assert.Equal((ObjectKey.Of("jobs/a/outcome"), 4), (found.Head.Key, found.Head.Length));
        Assert.InRange(Age(found.Head), TimeSpan.FromMinutes(-2), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Head_OfAnObject_IsThatOfItsGetAndOfItsList()
    {
        var store = await CreateAsync();
        await store.PutAsync("a/b", "text");

        var head = await store.HeadAsync(ObjectKey.Of("a/b"), CancellationToken.None);

        Assert.Equal((ObjectKey.Of("a/b"), 4), (head!.Value.Key, head.Value.Length));
        await foreach (var listed in store.ListAsync("", null, CancellationToken.None))
        {
            Assert.Equal((head.Value.Key, head.Value.Length), (listed.Key, listed.Length));
            Assert.InRange(listed.ModifiedAt - head.Value.ModifiedAt, -OneSecond, OneSecond);
        }
    }

    [Fact]
    public async Task Calls_WhenThereIsNoSuchObject_SayNothing()
    {
        var store = await CreateAsync();
        await store.PutAsync("a/b/c", "text");

        foreach (var key in new[] { "a", "a/b", "a/b/c/d", "b", "a/b/C" })
        {
            Assert.Null(await store.GetAsync(key));
            Assert.Null(await store.HeadAsync(ObjectKey.Of(key), CancellationToken.None));
            await store.DeleteAsync(key);
        }

        Assert.Equal("text", await store.GetAsync("a/b/c"));
    }

    [Fact]
    public async Task Put_OfNothing_IsAnEmptyObject()
    {
        var store = await CreateAsync();

        await store.PutAsync("empty", "");

        Assert.Equal("", await store.GetAsync("empty"));
        Assert.Equal("", await store.GetAsync("empty", new ByteRange(0, 5)));
        Assert.Equal(["empty"], await store.KeysAsync());
    }

    [Fact]
    public async Task Create_WhenItIsThere_LeavesItUnchanged()
    {
        var store = await CreateAsync();
        await store.PutAsync("a", "first");

        Assert.Equal(PutOutcome.Exists, await store.PutAsync("a", "second"));

        Assert.Equal("first", await store.GetAsync("a"));
    }

    [Fact]
    public async Task Replace_WhenItIsThereOrNot_Stores()
    {
        var store = await CreateAsync();

        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a/b", "first", PutMode.Replace));
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a/b", "the second", PutMode.Replace));

        Assert.Equal("the second", await store.GetAsync("a/b"));
        Assert.Equal(["a/b"], await store.KeysAsync());
    }

    [Fact]
    public async Task Replace_WhileItIsRead_IsSeenWhole()
    {
        var store = await CreateAsync();
        var (replaces, ended) = (0, false);
        await store.PutAsync("a", Letters(0), PutMode.Replace);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(ReadAsync)).ToList();

        for (; replaces < 20; replaces++) await store.PutAsync("a", Letters(replaces), PutMode.Replace);
        Volatile.Write(ref ended, true);

        Assert.All(await Task.WhenAll(readers), count => Assert.True(count > 0));

        async Task<int> ReadAsync()
        {
            var count = 0;
            for (; count == 0 || !Volatile.Read(ref ended); count++)
            {
                var text = await store.GetAsync("a");
                Assert.Equal(Letters(text![0] - 'a'), text);
            }
            return count;
        }

        // Of another length each time, so that a mixture shows.
        static string Letters(int number) => new((char)('a' + number), 300_000 + number * 1_000);
    }

    [Theory]
    [InlineData(0L, 1L, "0")]
    [InlineData(0L, 10L, "0123456789")]
    [InlineData(3L, 4L, "3456")]
    [InlineData(3L, null, "3456789")]
    [InlineData(0L, null, "0123456789")]
    [InlineData(9L, 1L, "9")]
    [InlineData(8L, 100L, "89")]
    [InlineData(10L, null, "")]
    [InlineData(1_000_000L, 5L, "")]
    public async Task Get_OfARange_GivesItsBytesAndTheWholeHead(long offset, long? length, string expected)
    {
        var store = await CreateAsync();
        await store.PutAsync("a", "0123456789");

        var range = new ByteRange(offset, length);

        Assert.Equal(expected, await store.GetAsync("a", range));
        await using var found = await store.GetAsync(ObjectKey.Of("a"), range, CancellationToken.None);
        Assert.Equal(10, found!.Head.Length);
    }

    [Fact]
    public async Task Delete_OfAnObject_MakesRoomForAnother()
    {
        var store = await CreateAsync();
        await store.PutAsync("jobs/1/outcome", "first");
        await store.PutAsync("jobs/1", "beside");

        await store.DeleteAsync("jobs/1/outcome");

        Assert.Null(await store.GetAsync("jobs/1/outcome"));
        Assert.Equal(["jobs/1"], await store.KeysAsync());
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("jobs/1/outcome", "second"));
        Assert.Equal("second", await store.GetAsync("jobs/1/outcome"));
    }

    [Fact]
    public async Task Put_OfContentThatIsNotAsLongAsSaid_StoresNothing()
    {
        var store = await CreateAsync();
        var key = ObjectKey.Of("a/b");

        await Assert.ThrowsAsync<EndOfStreamException>(() => PutAsync(400_000, 500_000));
        await Assert.ThrowsAsync<EndOfStreamException>(() => PutAsync(0, 1));
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(500_000, 400_000));
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(1, 0));

        Assert.Empty(await store.KeysAsync());
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a/b", "text"));

        Task<PutOutcome> PutAsync(long real, long said) =>
            store.PutAsync(key, new MadeStream(real), said, PutMode.Create, CancellationToken.None).Within();
    }

    [Fact]
    public async Task Put_OfContentThatBreaksOff_ThrowsThatAndStoresNothing()
    {
        var store = await CreateAsync();
        var content = new MadeStream(300_000, () => new InvalidDataException("The sender is gone."));

        await Assert.ThrowsAsync<InvalidDataException>(() => store.PutAsync(
            ObjectKey.Of("a"), content, 500_000, PutMode.Create, CancellationToken.None).Within());

        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task Put_WhenItIsCancelled_StoresNothing()
    {
        var store = await CreateAsync();
        using var cancel = new CancellationTokenSource();
        var content = new MadeStream(300_000, () =>
        {
            cancel.Cancel();
            return new OperationCanceledException(cancel.Token);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(
            ObjectKey.Of("a"), content, 500_000, PutMode.Create, cancel.Token).Within());

        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task Put_OfABigObject_StreamsIt()
    {
        var store = await CreateAsync();
        await store.PutAsync("warm", new byte[1_000_000]);
        await store.GetBytesAsync("warm");
        var held = new HeldBytes(every: BigBytes / 16);

        await store.PutAsync(
            ObjectKey.Of("big"), held.Watch(new MadeStream(BigBytes)), BigBytes, PutMode.Create,
            CancellationToken.None).Within();
        await using var found = await store.GetAsync(ObjectKey.Of("big"), null, CancellationToken.None).Within();
        var read = await MadeStream.CheckAsync(held.Watch(found!.Content), CancellationToken.None).Within();

        // Far less than one copy of the object: whatever takes all of it into memory shows.
        Assert.Equal(BigBytes, read);
        Assert.InRange(held.Most, 0, BigBytes / 4);
    }

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1.1);

    private static TimeSpan Age(ObjectHead head) => TimeProvider.System.GetUtcNow() - head.ModifiedAt;
}
