using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>Makes sure that the table is there and is the ledger's.</summary>
internal sealed class DynamoTable(
    AmazonDynamoDBClient client, DynamoTries tries, DynamoLedgerOptions options, TimeProvider time)
{
    /// <summary>Looks at the table, makes it if it is missing, and waits until it is ready.</summary>
    /// <returns>Null when it is fit; otherwise why it never will be, and what to do.</returns>
    /// <exception cref="UsageLedgerException">The store cannot be asked, or the table is not ready in time.</exception>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var table = await DescribeAsync(cancellationToken);
            if ((table is null ? Missing() : Misfit(table)) is { } misfit) return misfit;
            if (table is null) await CreateAsync(cancellationToken);
            else if (table.TableStatus == TableStatus.ACTIVE || table.TableStatus == TableStatus.UPDATING) return null;
            if (time.GetElapsedTime(began) >= options.CreateTimeout) throw Late();
            await Task.Delay(options.ProbeInterval, time, cancellationToken);
        }
    }

    private string? Missing() => options.CreateTable
        ? null
        : $"The table '{options.Table}' does not exist. Make it with the keys pk and sk, both text, or let "
            + "Ledger:Dynamo:CreateTable be true.";

    // Its cause tells that it may be ready later.
    private UsageLedgerException Late() => new(
        $"The table '{options.Table}' is not ready after {options.CreateTimeout.TotalSeconds:0} s.",
        new IOException("It is being made."));

    private string? Misfit(TableDescription table)
    {
        var types = (table.AttributeDefinitions ?? []).ToDictionary(one => one.AttributeName, one => one.AttributeType);
        var found = (table.KeySchema ?? [])
            .Select(key => $"{key.AttributeName} ({key.KeyType}, {types.GetValueOrDefault(key.AttributeName)})");
        var keys = string.Join(", ", found);
        return keys == "pk (HASH, S), sk (RANGE, S)"
            ? null
            : $"The table '{options.Table}' exists and is not the usage ledger's: its keys are {keys}, and not "
                + "pk (HASH, S), sk (RANGE, S). Name another table in Ledger:Dynamo:Table, or delete that one.";
    }

    private Task<TableDescription?> DescribeAsync(CancellationToken cancellationToken) => tries.RunAsync(
        $"look at the table '{options.Table}'",
        async token =>
        {
            try
            {
                return (await client.DescribeTableAsync(options.Table, token)).Table;
            }
            catch (ResourceNotFoundException)
            {
                return (TableDescription?)null;
            }
        },
        cancellationToken);

    private Task CreateAsync(CancellationToken cancellationToken) => tries.RunAsync(
        $"make the table '{options.Table}'",
        async token =>
        {
            try
            {
                await client.CreateTableAsync(Request(), token);
            }
            catch (ResourceInUseException)
            {
                // Somebody else has made it, or an earlier try.
            }
            return Progress.Done;
        },
        cancellationToken);

    private CreateTableRequest Request() => new()
    {
        TableName = options.Table,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions =
        [
            new(DynamoItems.Partition, ScalarAttributeType.S), new(DynamoItems.Sort, ScalarAttributeType.S),
        ],
        KeySchema = [new(DynamoItems.Partition, KeyType.HASH), new(DynamoItems.Sort, KeyType.RANGE)],
    };
}
