using Millrace.Core.Objects;

namespace Millrace.Contracts.Objects;

public abstract partial class ObjectStoreContract
{
    // In the order of their bytes: dash and dot stand before the slash, digits and letters after it.
    private static readonly string[] Tricky =
    [
        "-", "0/~/=", "=", "A", "A/B", "Z", "a", "a-", "a-/b", "a-b/c", "a.", "a..", "a../b", "a.b", "a/-", "a/=",
        "a/A", "a/b", "a/b-", "a/b.c", "a/b/c", "a/b/c/d", "a/b0", "a/~", "a0", "a0/b", "aa", "a~", "b/a/a/a/a", "~",
        "~/a",
    ];

    [Fact]
    public async Task List_OfEverything_IsInTheOrderOfBytes()
    {
        var store = await CreateTrickyAsync();

        Assert.Equal(Tricky.Order(StringComparer.Ordinal), Tricky);
        Assert.Equal(Tricky, await store.KeysAsync());
    }

    [Fact]
    public async Task List_UnderAPrefixAndAfterAKey_IsThatPart()
    {
        var store = await CreateTrickyAsync();

        foreach (var prefix in new[] { "a/", "a/b/", "a-/", "a../", "A/", "none/", "a/b/c/", "b/a/a/a/a/" })
        {
            Assert.Equal(Under(prefix), await store.KeysAsync(prefix));
            foreach (var after in new[] { "-", "a", "a/b", "a/b/b", "a/b/c", "a/zzz", "~~" })
            {
                var expected = Under(prefix).Where(key => string.CompareOrdinal(key, after) > 0);
                Assert.Equal(expected, await store.KeysAsync(prefix, after));
            }
        }
        foreach (var after in Tricky.Concat(["a+".Replace('+', '='), "a/b/c/d/e", "0", "a/b-/x", "zz"]))
        {
            Assert.Equal(Tricky.Where(key => string.CompareOrdinal(key, after) > 0), await store.KeysAsync("", after));
        }

        static IEnumerable<string> Under(string prefix) =>
            Tricky.Where(key => key.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("a//")]
    [InlineData("../")]
    [InlineData("a/./")]
    [InlineData("a+/")]
    public async Task List_UnderWhatIsNoPrefix_IsRefused(string prefix)
    {
        var store = await CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => store.KeysAsync(prefix));
    }

    [Fact]
    public async Task List_OfMany_GivesEachOncePageByPage()
    {
        var store = await CreateAsync();
        var keys = Enumerable.Range(0, Many).Select(i => $"flat/{(i * 7919) % Many:d6}-{i % 3}").ToList();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (key, _) => Assert.Equal(PutOutcome.Stored, await store.PutAsync(key, key)));
        keys.Sort(StringComparer.Ordinal);

        Assert.Equal(keys, await store.KeysAsync("flat/"));
        Assert.Equal(keys[(Many / 2)..], await store.KeysAsync("flat/", keys[Many / 2 - 1]));
        Assert.Equal(keys[0], (await FirstAsync(store)).ToString());
    }

    [Fact]
    public async Task List_WhileObjectsComeAndGo_GivesThoseThatStay()
    {
        var store = await CreateAsync();
        var stay = Enumerable.Range(0, Many / 8).Select(i => $"flat/{i:d6}").ToList();
        await Parallel.ForEachAsync(stay, async (key, _) => await store.PutAsync(key, key));
        var changes = Task.Run(async () =>
        {
            for (var i = 0; i < Many / 8; i++)
            {
                await store.PutAsync($"flat/{i:d6}-come", "x");
                await store.DeleteAsync($"flat/{i:d6}-come");
            }
        });

        do
        {
            var seen = await store.KeysAsync("flat/");
            Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
            Assert.Equal(stay, seen.Where(key => !key.EndsWith("-come", StringComparison.Ordinal)));
        }
        while (!changes.IsCompleted);
        await changes;
    }

    [Fact]
    public async Task Calls_InRandomOrder_DoWhatADictionaryDoes()
    {
        var store = await CreateAsync();
        var (random, model) = (new Random(4), new SortedDictionary<string, string>(StringComparer.Ordinal));
        for (var step = 0; step < Many; step++)
        {
            var (key, text) = (RandomKey(random), $"text {step}");
            switch (random.Next(8))
            {
                case < 3:
                    var isNew = model.TryAdd(key, text);
                    Assert.Equal(isNew ? PutOutcome.Stored : PutOutcome.Exists, await store.PutAsync(key, text));
                    break;
                case 3:
                    model[key] = text;
                    await store.PutAsync(key, text, PutMode.Replace);
                    break;
                case < 6:
                    model.Remove(key);
                    await store.DeleteAsync(key);
                    break;
                default:
                    Assert.Equal(model.GetValueOrDefault(key), await store.GetAsync(key));
                    break;
            }
        }
        Assert.Equal(model.Keys, await store.KeysAsync());
    }

    private static string RandomKey(Random random) => string.Join(
        '/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => new string('a', random.Next(1, 7)) + random.Next(3)));

    private static async Task<ObjectKey> FirstAsync(IObjectStore store)
    {
        await foreach (var head in store.ListAsync("", null, CancellationToken.None)) return head.Key;
        throw new InvalidOperationException("The list is empty.");
    }

    private async Task<IObjectStore> CreateTrickyAsync()
    {
        var store = await CreateAsync();
        foreach (var key in Tricky.Reverse()) await store.PutAsync(key, key);
        return store;
    }
}
