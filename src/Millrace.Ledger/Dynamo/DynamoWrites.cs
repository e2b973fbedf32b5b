using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// Puts rows, and before them the names of tenants that are new to a day, so that whoever reads everybody's finds them.
/// </summary>
internal sealed class DynamoWrites(AmazonDynamoDBClient client, DynamoTries tries, DynamoLedgerOptions options)
{
    /// <summary>Most items of one request, as the API has it; ours have 0.3 KB, of 400 that one may have.</summary>
    public const int ItemsMax = 25;

    /// <summary>Names that are remembered as written; beyond it all are forgotten and written again.</summary>
    private const int KnownMax = 200_000;

    private readonly Lock _lock = new();
    private readonly HashSet<TenantDay> _known = [];

    /// <summary>Puts all of it; each item is written over itself.</summary>
    public async Task RunAsync(IReadOnlyCollection<LedgerRow> rows, CancellationToken cancellationToken)
    {
        var fresh = Unknown(rows);
        await PutAsync(fresh.Select(day => DynamoItems.OfTenant(day, options.Keep)), cancellationToken);
        await PutAsync(rows.Select(row => DynamoItems.Of(row, options.Keep)), cancellationToken);
        Remember(fresh);
    }

    private Task PutAsync(IEnumerable<Dictionary<string, AttributeValue>> items, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.WritesAtOnce,
            CancellationToken = cancellationToken,
        };
        return Parallel.ForEachAsync(items.Chunk(ItemsMax), parallel, PutChunkAsync);
    }

    private async ValueTask PutChunkAsync(
        Dictionary<string, AttributeValue>[] items, CancellationToken cancellationToken)
    {
        var left = items.Select(item => new WriteRequest(new PutRequest(item))).ToList();
        await tries.RunAsync("store a batch", TryAsync, cancellationToken);

        async Task<Progress> TryAsync(CancellationToken token)
        {
            var request = new BatchWriteItemRequest(
                new Dictionary<string, List<WriteRequest>> { [options.Table] = left });
            var answer = await client.BatchWriteItemAsync(request, token);
            var unprocessed = answer.UnprocessedItems?.GetValueOrDefault(options.Table) ?? [];
            if (unprocessed.Count == 0) return Progress.Done;
            var progress = unprocessed.Count < left.Count ? Progress.Some : Progress.None;
            left = unprocessed;
            return progress;
        }
    }

    private List<TenantDay> Unknown(IReadOnlyCollection<LedgerRow> rows)
    {
        lock (_lock) return [.. rows.Select(TenantDay.Of).Distinct().Where(day => !_known.Contains(day))];
    }

    private void Remember(List<TenantDay> days)
    {
        lock (_lock)
        {
            if (_known.Count + days.Count > KnownMax) _known.Clear();
            _known.UnionWith(days);
        }
    }
}
