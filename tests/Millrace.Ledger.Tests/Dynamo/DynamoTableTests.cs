using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Contracts;
using Millrace.Contracts.Usage;
using Millrace.Core.Usage;
using Millrace.Ledger.Dynamo;

namespace Millrace.Ledger.Tests.Dynamo;

public sealed class DynamoTableTests(SharedDynalite dynalite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_WhenThereIsNoTable_MakesItAndIsThenFit()
    {
        var options = await dynalite.OptionsAsync();
        using var first = SharedDynalite.Open(options);
        using var second = SharedDynalite.Open(options);

        var checks = await Task.WhenAll(
            first.CheckAsync(CancellationToken.None), second.CheckAsync(CancellationToken.None));

        Assert.Equal([null, null], checks);
        await new OpenLedger(second, second).PutAsync(
            Batches.Of("edge", 1, [Batches.Sum("a", DateTimeOffset.UnixEpoch, 1)]));
    }

    [Fact]
    public async Task Check_WhenTheTableIsAnother_SaysWhatToDo()
    {
        var options = await dynalite.OptionsAsync();
        using var client = await dynalite.ClientAsync();
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = options.Table,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("pk", ScalarAttributeType.S), new("at", ScalarAttributeType.N)],
            KeySchema = [new("pk", KeyType.HASH), new("at", KeyType.RANGE)],
        }, Cancel);
        using var ledger = SharedDynalite.Open(options);

        var misfit = await ledger.CheckAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => new OpenLedger(ledger, ledger).PutAsync(
            Batches.Of("edge", 1, [Batches.Sum("a", DateTimeOffset.UnixEpoch, 1)])));

        Assert.Equal(
            $"The table '{options.Table}' exists and is not the usage ledger's: its keys are pk (HASH, S), at (RANGE, "
            + "N), and not pk (HASH, S), sk (RANGE, S). Name another table in Ledger:Dynamo:Table, or delete that one.",
            misfit);
        Assert.Equal(misfit, failure.Message);
    }

    [Fact]
    public async Task Check_WhenTheTableIsMissingAndNotToBeMade_SaysSo()
    {
        var options = await dynalite.OptionsAsync() with { CreateTable = false };
        using var ledger = SharedDynalite.Open(options);

        var misfit = await ledger.CheckAsync(CancellationToken.None);

        Assert.StartsWith($"The table '{options.Table}' does not exist.", misfit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenTheTableIsNotFit_Refuses()
    {
        var options = await dynalite.OptionsAsync() with { CreateTable = false };
        using var ledger = SharedDynalite.Open(options);
        using var start = Start(ledger, new LedgerHealth(), options);

        await Assert.ThrowsAsync<UsageLedgerException>(() => start.StartAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Start_WhenTheStoreIsDown_GoesOnAndAsksUntilItIsThere()
    {
        var isDown = true;
        await using var door = await DynamoDoor.OpenAsync(
            (await dynalite.ServerAsync()).Endpoint,
            call => Volatile.Read(ref isDown) ? call.FailAsync(503, "ServiceUnavailable") : call.PassAsync());
        var options = await dynalite.OptionsAsync() with { Endpoint = door.Endpoint, TriesMax = 1 };
        using var ledger = SharedDynalite.Open(options);
        var health = new LedgerHealth();
        using var start = Start(ledger, health, options);

        await start.StartAsync(CancellationToken.None);
        Assert.Contains("ServiceUnavailable", health.Unready, StringComparison.Ordinal);
        Volatile.Write(ref isDown, false);

        await Deadline.Until(() => health.Unready is null, "the ledger is ready");
        await start.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Read_OfAnItemThatNobodyOfUsWrote_NamesIt()
    {
        var options = await dynalite.OptionsAsync();
        using var ledger = SharedDynalite.Open(options);
        Assert.Null(await ledger.CheckAsync(CancellationToken.None));
        using var client = await dynalite.ClientAsync();
        await client.PutItemAsync(options.Table, new Dictionary<string, AttributeValue>
        {
            ["pk"] = new("u#a#19700101"),
            ["sk"] = new("0000#s#strange"),
        }, Cancel);

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => new OpenLedger(ledger, ledger).ReadAsync(
            "a", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1)));

        Assert.Contains("0000#s#strange", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secret@127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1:1")]
    public void Options_WithAnEndpointThatIsNone_AreRefused(string endpoint)
    {
        var options = new DynamoLedgerOptions { Endpoint = new Uri(endpoint) };

        var result = new DynamoLedgerOptionsValidator().Validate(null, options);

        Assert.True(result.Failed);
        Assert.DoesNotContain("secret", result.FailureMessage, StringComparison.Ordinal);
    }

    private static DynamoStart Start(DynamoLedger ledger, LedgerHealth health, DynamoLedgerOptions options) =>
        new(ledger, health, Options.Create(options), TimeProvider.System, NullLogger<DynamoStart>.Instance);
}
