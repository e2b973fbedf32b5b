using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// The ledger past one machine, on the DynamoDB API. Nothing in it is counted up: every item is written whole over
/// itself, so that a request whose answer was lost is made again without harm.
/// </summary>
public sealed class DynamoLedger : IUsageLedger, IUsageRows, IDisposable
{
    // The furthest word holds: words of an epoch are in one order.
    private const string Further = "attribute_not_exists(pk) OR f < :f OR (f = :f AND d < :d) "
        + "OR (f = :f AND d = :d AND t < :t)";

    private readonly DynamoLedgerOptions _options;
    private readonly AmazonDynamoDBClient _client;
    private readonly DynamoTries _tries;
    private readonly DynamoTable _table;
    private readonly DynamoWrites _writes;
    private readonly DynamoReads _reads;
    private volatile bool _isFit;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="options">Where the store is.</param>
    /// <param name="metrics">Counts tries.</param>
    /// <param name="time">Measures tries and waits.</param>
    /// <param name="seed">Of the random waits between tries.</param>
    /// <param name="credentials">Null for those that the SDK finds: environment, files, the machine's role.</param>
    public DynamoLedger(
        IOptions<DynamoLedgerOptions> options, LedgerMetrics metrics, TimeProvider time, int seed,
        AWSCredentials? credentials = null)
    {
        _options = options.Value;
        _client = DynamoClient.Make(_options, credentials);
        _tries = new DynamoTries(_options, metrics, time, new Random(seed));
        _table = new DynamoTable(_client, _tries, _options, time);
        _writes = new DynamoWrites(_client, _tries, _options);
        _reads = new DynamoReads(_client, _tries, _options);
    }

    /// <summary>
    /// Makes sure that the table is there and is the ledger's, and makes it if need be; asks only until it is.
    /// </summary>
    /// <returns>Null when it is fit; otherwise why it never will be, and what to do.</returns>
    /// <exception cref="UsageLedgerException">The store cannot be asked, or the table is not ready in time.</exception>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        if (_isFit) return null;
        var misfit = await _table.CheckAsync(cancellationToken);
        _isFit = misfit is null;
        return misfit;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">It has two sums of one tenant, minute, lane and class.</exception>
    public async Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        var rows = LedgerRows.Of(batch);
        await EnsureAsync(cancellationToken);
        await _writes.RunAsync(rows, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        SumsAsync(tenant, LedgerMinutes.Between(from, until), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        RowsAsync(tenant, LedgerMinutes.Between(from, until), cancellationToken);

    /// <inheritdoc/>
    public async Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        var item = DynamoItems.Of(epoch, _options.Keep);
        var request = new PutItemRequest(_options.Table, item)
        {
            ConditionExpression = Further,
            ExpressionAttributeValues = new Dictionary<string, AttributeValue>
            {
                [":f"] = item["f"],
                [":d"] = item["d"],
                [":t"] = item["t"],
            },
        };
        await _tries.RunAsync("store an epoch", token => TryPutAsync(request, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _reads.EpochsAsync(cancellationToken))
        {
            var epoch = DynamoItems.Epoch(item);
            if (!epoch.HasEnded || epoch.Reaches >= endedAfter) yield return epoch;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (await CheckAsync(cancellationToken) is { } misfit) throw new UsageLedgerException(misfit);
    }

    private async Task<Progress> TryPutAsync(PutItemRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _client.PutItemAsync(request, cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // This word, by a try whose answer was lost, or a further one is there.
        }
        return Progress.Done;
    }

    // Rows come by minute, so that one minute's sums are held at a time.
    private async IAsyncEnumerable<UsageSum> SumsAsync(
        string tenant, LedgerMinutes minutes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in minutes.Days())
        {
            var sums = OnlySums(_reads.DayAsync(tenant, day, cancellationToken));
            await foreach (var minute in UsagePeriods.FoldAsync(sums, UsageGranularity.Minute))
            {
                foreach (var sum in minute) yield return sum;
            }
        }
    }

    private static async IAsyncEnumerable<UsageSum> OnlySums(IAsyncEnumerable<LedgerRow> rows)
    {
        await foreach (var row in rows) yield return row.Sum;
    }

    private async IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, LedgerMinutes minutes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in minutes.Days())
        {
            await foreach (var one in TenantsAsync(tenant, day.From, cancellationToken))
            {
                await foreach (var row in _reads.DayAsync(one, day, cancellationToken)) yield return row.ToRow();
            }
        }
    }

    private IAsyncEnumerable<string> TenantsAsync(string? tenant, long day, CancellationToken cancellationToken) =>
        tenant is null ? _reads.TenantsAsync(day, cancellationToken) : new[] { tenant }.ToAsyncEnumerable();
}
