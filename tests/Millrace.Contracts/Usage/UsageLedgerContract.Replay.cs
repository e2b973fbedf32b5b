using Millrace.Core.Usage;

namespace Millrace.Contracts.Usage;

public abstract partial class UsageLedgerContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Read_AfterEverythingCameThriceShuffledAndAtOnce_IsWhatHappened(int seed)
    {
        var ledger = await CreateAsync();
        var history = History.Make(seed, batches: 30);
        var random = new Random(seed);
        var deliveries = Enumerable.Repeat(history.Batches, 3).SelectMany(batch => batch).ToArray();
        random.Shuffle(deliveries);

        await Parallel.ForEachAsync(
            deliveries, new ParallelOptions { MaxDegreeOfParallelism = 6 },
            async (batch, _) => await ledger.PutAsync(batch));

        await history.CheckAsync(ledger);
    }

    [Fact]
    public async Task Read_WhileBatchesCome_IsNeverMoreThanHappened()
    {
        var ledger = await CreateAsync();
        var history = History.Make(seed: 4, batches: 30);
        var tenant = history.Tenants[0];
        var all = history.Sums(tenant).Sum(sum => sum.Answers);
        var putting = PutAllTwiceAsync(ledger, history);

        var seen = 0L;
        do
        {
            var sums = await ledger.ReadAsync(tenant, history.From, history.Until);
            var now = sums.Sum(sum => sum.Answers);
            Assert.InRange(now, seen, all);
            seen = now;
        }
        while (!putting.IsCompleted);

        await putting;
        await history.CheckAsync(ledger);
    }

    [Fact]
    public async Task Epochs_WhateverTheOrderOfTheirWords_AreAsFarAsTheFurthest()
    {
        var ledger = await CreateAsync();
        var words = Enumerable.Range(0, 40).Select(i => Epoch("edge-1", 7, i, hasEnded: i == 39)).ToArray();
        new Random(1).Shuffle(words);

        await Parallel.ForEachAsync(words, async (word, _) => await ledger.PutAsync(word));
        await ledger.PutAsync(Epoch("edge-1", 7, 12, hasEnded: false));

        Assert.Equal([Epoch("edge-1", 7, 39, hasEnded: true)], await ledger.EpochsAsync());
    }

    [Fact]
    public async Task Epochs_OfOneDeliveryThatReachesFurther_AreTold()
    {
        var ledger = await CreateAsync();
        var word = Epoch("edge-1", 7, 3, hasEnded: false);
        await ledger.PutAsync(word);

        await ledger.PutAsync(word with { Reaches = word.Reaches.AddHours(1) });
        await ledger.PutAsync(word with { Reaches = word.Reaches.AddMinutes(1) });

        Assert.Equal(word.Reaches.AddHours(1), Assert.Single(await ledger.EpochsAsync()).Reaches);
    }

    [Fact]
    public async Task Epochs_ThatEndedBefore_AreLeftOutAndOthersNot()
    {
        var ledger = await CreateAsync();
        UsageEpoch[] epochs =
        [
            Epoch("edge-1", 1, 1, hasEnded: true), Epoch("edge-1", 2, 60, hasEnded: true),
            Epoch("edge-2", 1, 1, hasEnded: false), Epoch("edge", 21, 2, hasEnded: false),
        ];
        foreach (var epoch in epochs) await ledger.PutAsync(epoch);

        var listed = await ledger.EpochsAsync(Noon.AddMinutes(60));

        Assert.Equal(
            epochs[1..].OrderBy(epoch => epoch.Recorder, StringComparer.Ordinal),
            listed.OrderBy(epoch => epoch.Recorder, StringComparer.Ordinal));
        Assert.Equal(epochs.Length, (await ledger.EpochsAsync()).Count);
    }

    private static UsageEpoch Epoch(string recorder, long epoch, int minute, bool hasEnded) =>
        new(recorder, epoch, Noon, minute * 10, Noon.AddMinutes(minute), hasEnded);

    private static async Task PutAllTwiceAsync(OpenLedger ledger, History history)
    {
        foreach (var batch in history.Batches.Concat(history.Batches)) await ledger.PutAsync(batch);
    }
}
