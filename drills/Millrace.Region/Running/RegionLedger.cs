using System.Globalization;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Millrace.Engines;
using Millrace.Engines.Dynalite;

namespace Millrace.Region.Running;

/// <summary>The usage ledger of a region, and what stands in it, read past the product's own reading.</summary>
internal sealed class RegionLedger : IAsyncDisposable
{
    private const string Table = "usage";
    private const string JobMark = "#j#";
    private readonly AmazonDynamoDBClient _client;

    private RegionLedger(DynaliteServer server) => (Server, _client) = (server, new AmazonDynamoDBClient(
        new BasicAWSCredentials(DynaliteServer.AccessKey, DynaliteServer.SecretKey),
        new AmazonDynamoDBConfig { ServiceURL = server.Endpoint.AbsoluteUri }));

    /// <summary>Its process.</summary>
    public DynaliteServer Server { get; }

    /// <summary>Credentials, as the SDK's chain reads them.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = DynaliteServer.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = DynaliteServer.SecretKey,
    };

    /// <summary>What whoever reads or writes it is told of it.</summary>
    public JsonObject Settings => new()
    {
        ["Kind"] = "dynamo",
        ["Dynamo"] = new JsonObject { ["Endpoint"] = Server.Endpoint.AbsoluteUri, ["Table"] = Table },
    };

    /// <summary>Starts it, empty.</summary>
    public static async Task<RegionLedger> StartAsync(string folder, EngineHost host) =>
        new(await DynaliteServer.StartAsync(folder, host));

    /// <summary>All that a tenant used, item by item (docs/adr/2026-11-25-usage-ledger.md).</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="from">In the first of the days.</param>
    /// <param name="until">In the last of the days.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<LedgerItem>> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var items = new List<LedgerItem>();
        for (var day = from.UtcDateTime.Date; day <= until.UtcDateTime; day = day.AddDays(1))
        {
            var request = new QueryRequest(Table)
            {
                KeyConditionExpression = "pk = :day",
                ConsistentRead = true,
                ExpressionAttributeValues = new()
                {
                    [":day"] = new AttributeValue(
                        string.Create(CultureInfo.InvariantCulture, $"u#{tenant}#{day:yyyyMMdd}")),
                },
            };
            do
            {
                var page = await _client.QueryAsync(request, cancellationToken);
                items.AddRange((page.Items ?? []).Select(Read));
                request.ExclusiveStartKey = page.LastEvaluatedKey;
            }
            while (request.ExclusiveStartKey is { Count: > 0 });
        }
        return items;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return Server.DisposeAsync();
    }

    private static LedgerItem Read(Dictionary<string, AttributeValue> item)
    {
        var (key, job) = (item["sk"].S, Guid.Empty);
        if (key.IndexOf(JobMark, StringComparison.Ordinal) is > 0 and var at)
            job = Guid.Parse(key.AsSpan(at + JobMark.Length));
        return new LedgerItem(job, Number("b"), Number("i"), Number("o"));

        long Number(string name) => long.Parse(item[name].N, CultureInfo.InvariantCulture);
    }
}

/// <summary>One item of the ledger: a durable job, or the sum of what one shipment told of a minute.</summary>
/// <param name="Job">Empty for a sum.</param>
/// <param name="Results">That count for money.</param>
/// <param name="BytesIn">Bytes of sources.</param>
/// <param name="BytesOut">Bytes of results.</param>
internal readonly record struct LedgerItem(Guid Job, long Results, long BytesIn, long BytesOut);
