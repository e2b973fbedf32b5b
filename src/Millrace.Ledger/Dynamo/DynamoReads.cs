using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Millrace.Ledger.Dynamo;

/// <summary>Reads partitions page by page.</summary>
internal sealed class DynamoReads(AmazonDynamoDBClient client, DynamoTries tries, DynamoLedgerOptions options)
{
    private const string All = "pk = :pk";
    private const string Between = "pk = :pk AND sk BETWEEN :from AND :until";

    /// <summary>
    /// The items of a tenant's day, by minute. Read consistently: what a put has returned for is in it, so that the
    /// words of epochs that were read before hold for it.
    /// </summary>
    public async IAsyncEnumerable<LedgerRow> DayAsync(
        string tenant, LedgerMinutes minutes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = Request(DynamoItems.PartitionOf(tenant, minutes.From), Between);
        request.ConsistentRead = true;

        // Of the end no item has the bare minute as its sort key, so that the range ends before it.
        request.ExpressionAttributeValues[":from"] = Text(DynamoItems.SortOf(minutes.From, isEnd: false));
        request.ExpressionAttributeValues[":until"] = Text(DynamoItems.SortOf(minutes.Until, isEnd: true));
        await foreach (var item in ItemsAsync(request, "read usage", cancellationToken))
        {
            yield return DynamoItems.Row(item, tenant, minutes.From);
        }
    }

    /// <summary>Who used something on a day.</summary>
    public async IAsyncEnumerable<string> TenantsAsync(
        long day, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < DynamoItems.TenantShards; shard++)
        {
            var request = Request(DynamoItems.TenantsOf(day, shard), All);
            request.ConsistentRead = true;
            await foreach (var item in ItemsAsync(request, "list tenants", cancellationToken))
            {
                yield return item[DynamoItems.Sort].S;
            }
        }
    }

    /// <summary>All epochs. May be some time old: an older word is true too.</summary>
    public IAsyncEnumerable<Dictionary<string, AttributeValue>> EpochsAsync(CancellationToken cancellationToken) =>
        ItemsAsync(Request(DynamoItems.Epochs, All), "list epochs", cancellationToken);

    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> ItemsAsync(
        QueryRequest request, string what, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await tries.RunAsync(what, token => client.QueryAsync(request, token), cancellationToken);
            foreach (var item in page.Items ?? []) yield return item;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    private QueryRequest Request(string partition, string condition) => new()
    {
        TableName = options.Table,
        KeyConditionExpression = condition,
        ExpressionAttributeValues = new Dictionary<string, AttributeValue> { [":pk"] = Text(partition) },
        Limit = options.PageItems,
    };

    private static AttributeValue Text(string text) => new() { S = text };
}
