using Millrace.Contracts;
using Millrace.Contracts.Usage;
using Millrace.Core.Usage;
using Millrace.Ledger.Dynamo;

namespace Millrace.Ledger.Tests.Dynamo;

/// <summary>What becomes of sums when the store throttles, takes parts, answers late, or takes nothing.</summary>
public sealed class DynamoFaultTests(SharedDynalite dynalite)
{
    private const int TriesMax = 4;

    [Fact]
    public async Task Put_WhenTheStoreThrottles_IsMadeAgain()
    {
        var history = History.Make(seed: 1, batches: 4);
        await using var door = await OpenAsync(call => call.IsWrite && call.Try < TriesMax
            ? call.FailAsync(400, "ProvisionedThroughputExceededException")
            : call.PassAsync());

        await PutAndCheckAsync(door, history.Batches, history);
    }

    [Fact]
    public async Task Put_WhenItemsAreLeftUnprocessed_StoresThemInTheEnd()
    {
        var history = History.Make(seed: 2, batches: 4);
        await using var door = await OpenAsync(call => call.Name == "BatchWriteItem"
            ? call.PassPartAsync(place => place < 3)
            : call.PassAsync());

        await PutAndCheckAsync(door, history.Batches, history);
    }

    [Fact]
    public async Task Put_WhenAnswersAreLostAfterTheWrite_CountsOnce()
    {
        var history = History.Make(seed: 3, batches: 4);
        await using var door = await OpenAsync(call => call.IsWrite && call.Try == 1
            ? call.CutAfterAsync()
            : call.PassAsync());

        await PutAndCheckAsync(door, history.Batches, history);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Read_AfterEveryHarmAtOnceAndEverythingThrice_IsWhatHappened(int seed)
    {
        var history = History.Make(seed, batches: 12);
        var chance = new Random(seed);
        int Draw()
        {
            lock (chance) return chance.Next(10);
        }

        await using var door = await OpenAsync(call => (call.IsWrite, Draw()) switch
        {
            (true, 0) => call.FailAsync(400, "ThrottlingException"),
            (true, 1) => call.FailAsync(500, "InternalServerError"),
            (true, 2) => call.CutAfterAsync(),
            (true, 3 or 4) when call.Name == "BatchWriteItem" => call.PassPartAsync(place => place % 2 == 0),
            (false, 5) => call.FailAsync(503, "ServiceUnavailable"),
            _ => call.PassAsync(),
        });
        var deliveries = Enumerable.Repeat(history.Batches, 3).SelectMany(batch => batch).ToArray();
        new Random(seed).Shuffle(deliveries);

        await PutAndCheckAsync(door, deliveries, history, triesMax: 20);
    }

    [Theory]
    [InlineData(400, "ProvisionedThroughputExceededException", TriesMax)]
    [InlineData(400, "RequestLimitExceeded", TriesMax)]
    [InlineData(500, "InternalServerError", TriesMax)]
    [InlineData(400, "ValidationException", 1)]
    [InlineData(400, "AccessDeniedException", 1)]
    [InlineData(400, "UnrecognizedClientException", 1)]
    public async Task Put_WhenTheStoreAnswersSo_FailsAfterSoManyTries(int status, string code, int tries)
    {
        await using var door = await OpenAsync(call =>
            call.IsWrite ? call.FailAsync(status, code) : call.PassAsync());
        using var ledger = SharedDynalite.Open(await OptionsAsync(door));

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => PutAsync(ledger, Small()));

        Assert.Contains(code, failure.Message, StringComparison.Ordinal);
        Assert.Equal(tries, door.Count("BatchWriteItem"));
    }

    [Fact]
    public async Task Put_WhenTheStoreTakesNothingAtAll_FailsAfterSoManyTries()
    {
        await using var door = await OpenAsync(call =>
            call.Name == "BatchWriteItem" ? call.PassPartAsync(_ => false) : call.PassAsync());
        using var ledger = SharedDynalite.Open(await OptionsAsync(door));

        await Assert.ThrowsAsync<UsageLedgerException>(() => PutAsync(ledger, Small()));

        Assert.Equal(TriesMax, door.Count("BatchWriteItem"));
    }

    [Fact]
    public async Task Calls_WhenTheStoreIsSilent_FailInTime()
    {
        await using var door = await OpenAsync(call => call.StaySilentAsync());
        using var ledger = SharedDynalite.Open(
            await OptionsAsync(door) with { TriesMax = 2, TryTimeout = TimeSpan.FromMilliseconds(100) });
        var both = new OpenLedger(ledger, ledger);
        var word = new UsageEpoch("edge", 1, DateTimeOffset.UnixEpoch, 0, DateTimeOffset.UnixEpoch, HasEnded: false);

        foreach (var call in new Func<Task>[]
        {
            () => both.PutAsync(Small()), () => both.PutAsync(word), () => both.EpochsAsync(),
            () => both.ReadAsync("a", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1)),
        })
        {
            var failure = await Assert.ThrowsAsync<UsageLedgerException>(call);
            Assert.Contains("does not answer in time", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Requests_OfAllCalls_AreOnlyOfThoseThatAreHarmlessAgain()
    {
        var history = History.Make(seed: 7, batches: 6);
        await using var door = await OpenAsync(call => call.PassAsync());

        await PutAndCheckAsync(door, history.Batches, history);

        var names = door.Seen.Select(call => call.Name).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["BatchWriteItem", "CreateTable", "DescribeTable", "PutItem", "Query"], names);
        Assert.All(
            door.Seen.Where(call => call.Name == "BatchWriteItem"),
            call => Assert.InRange(call.Body["RequestItems"]!.AsObject().Single().Value!.AsArray().Count, 1, 25));
    }

    [Fact]
    public async Task Rows_AreReadConsistentlyAndEpochsNeedNotBe()
    {
        var history = History.Make(seed: 8, batches: 2);
        await using var door = await OpenAsync(call => call.PassAsync());

        await PutAndCheckAsync(door, history.Batches, history);

        foreach (var (_, body) in door.Seen.Where(call => call.Name == "Query"))
        {
            var isOfEpochs = (string?)body["ExpressionAttributeValues"]![":pk"]!["S"] == "e";
            Assert.Equal(!isOfEpochs, (bool?)body["ConsistentRead"] ?? false);
        }
    }

    private static UsageBatch Small() => Batches.Of("edge", 1, [Batches.Sum("a", DateTimeOffset.UnixEpoch, 1)]);

    private static Task PutAsync(DynamoLedger ledger, UsageBatch batch) =>
        ledger.PutAsync(batch, CancellationToken.None).WaitAsync(Deadline.Limit);

    private async Task<DynamoDoor> OpenAsync(Func<DoorCall, Task> rule) =>
        await DynamoDoor.OpenAsync((await dynalite.ServerAsync()).Endpoint, rule);

    private async Task<DynamoLedgerOptions> OptionsAsync(DynamoDoor door) => await dynalite.OptionsAsync() with
    {
        Endpoint = door.Endpoint,
        TriesMax = TriesMax,
    };

    // An epoch's word goes the same way.
    private async Task PutAndCheckAsync(
        DynamoDoor door, IReadOnlyCollection<UsageBatch> deliveries, History history, int triesMax = 8)
    {
        using var ledger = SharedDynalite.Open(await OptionsAsync(door) with { TriesMax = triesMax });
        var both = new OpenLedger(ledger, ledger);
        var word = new UsageEpoch("edge", 1, history.From, 5, history.Until, HasEnded: true);

        await Parallel.ForEachAsync(deliveries, async (batch, _) => await both.PutAsync(batch));
        await both.PutAsync(word);

        await history.CheckAsync(both);
        Assert.Equal([word], await both.EpochsAsync());
        var rows = await both.RowsAsync(null, history.From, history.Until);
        Assert.Equal(history.Answers, rows.Sum(row => row.Sum.Answers));
    }
}
