using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// Rows, epochs and the lists of a day's tenants as items, and back. Keys are <c>pk</c> and <c>sk</c>, both text; the
/// record docs/adr/2026-11-25-usage-ledger.md has them all.
/// </summary>
internal static class DynamoItems
{
    public const string Partition = "pk";
    public const string Sort = "sk";

    /// <summary>The partition of all epochs.</summary>
    public const string Epochs = "e";

    /// <summary>Partitions over which the tenants of a day are spread: each takes 1,000 writes a second.</summary>
    public const int TenantShards = 16;

    private const string Expires = "x";

    /// <summary>The partition of a tenant's day.</summary>
    public static string PartitionOf(string tenant, long minute) => Text($"u#{tenant}#{DayOf(minute)}");

    /// <summary>A partition of a day's tenants.</summary>
    public static string TenantsOf(long minute, int shard) => Text($"t#{DayOf(minute)}#{shard}");

    /// <summary>How the sort keys of a minute begin; of the end of a day 2400.</summary>
    public static string SortOf(long minute, bool isEnd)
    {
        var ofDay = (int)(minute % LedgerMinutes.Day);
        return isEnd && ofDay == 0 ? "2400" : Text($"{ofDay / 60:D2}{ofDay % 60:D2}");
    }

    public static Dictionary<string, AttributeValue> Of(LedgerRow row, TimeSpan keep)
    {
        var sum = row.Sum;
        var minute = LedgerMinutes.Of(sum.Minute);
        var item = Keyed(PartitionOf(sum.Tenant, minute), Text($"{SortOf(minute, isEnd: false)}#{row.Key}"));
        item["l"] = Number((int)sum.Lane);
        item["c"] = Number((int)sum.Class);
        item["a"] = Number(sum.Answers);
        item["b"] = Number(sum.Billable);
        item["i"] = Number(sum.BytesIn);
        item["o"] = Number(sum.BytesOut);
        item["p"] = Number(sum.Pixels);
        item[Expires] = Number((sum.Minute + keep).ToUnixTimeSeconds());
        return item;
    }

    public static Dictionary<string, AttributeValue> OfTenant(TenantDay day, TimeSpan keep)
    {
        var item = Keyed(TenantsOf(day.Minute, ShardOf(day.Tenant)), day.Tenant);
        item[Expires] = Number((LedgerMinutes.At(day.Minute) + keep + TimeSpan.FromDays(1)).ToUnixTimeSeconds());
        return item;
    }

    public static Dictionary<string, AttributeValue> Of(UsageEpoch epoch, TimeSpan keep)
    {
        var item = Keyed(Epochs, Text($"{epoch.Recorder}#{epoch.Epoch}"));
        item["r"] = new AttributeValue { S = epoch.Recorder };
        item["n"] = Number(epoch.Epoch);
        item["s"] = Number(epoch.BeganAt.ToUnixTimeMilliseconds());
        item["d"] = Number(epoch.Delivered);
        item["t"] = Number(epoch.Reaches.ToUnixTimeMilliseconds());
        item["f"] = Number(epoch.HasEnded ? 1 : 0);

        // Only what has ended may go: what has not stands in the way of completeness, and is named.
        if (epoch.HasEnded) item[Expires] = Number((epoch.Reaches + keep).ToUnixTimeSeconds());
        return item;
    }

    /// <summary>The row of an item of a tenant's day.</summary>
    /// <exception cref="UsageLedgerException">It is none.</exception>
    public static LedgerRow Row(Dictionary<string, AttributeValue> item, string tenant, long day) => Read(item, () =>
    {
        var sort = item[Sort].S;
        var ofDay = (60 * int.Parse(sort.AsSpan(0, 2), CultureInfo.InvariantCulture))
            + int.Parse(sort.AsSpan(2, 2), CultureInfo.InvariantCulture);
        return new LedgerRow(
            sort[5..],
            new UsageSum
            {
                Tenant = tenant,
                Minute = LedgerMinutes.At(day - (day % LedgerMinutes.Day) + ofDay),
                Lane = (Lane)Number(item, "l"),
                Class = (UsageClass)Number(item, "c"),
                Answers = Number(item, "a"),
                Billable = Number(item, "b"),
                BytesIn = Number(item, "i"),
                BytesOut = Number(item, "o"),
                Pixels = Number(item, "p"),
            });
    });

    /// <summary>The epoch of an item.</summary>
    /// <exception cref="UsageLedgerException">It is none.</exception>
    public static UsageEpoch Epoch(Dictionary<string, AttributeValue> item) => Read(item, () => new UsageEpoch(
        item["r"].S, Number(item, "n"), Time(item, "s"), Number(item, "d"), Time(item, "t"), Number(item, "f") != 0));

    // The same in every process, unlike string.GetHashCode.
    private static int ShardOf(string tenant) => (int)(tenant.Aggregate(
        2166136261u, (hash, one) => (hash ^ one) * 16777619u) % TenantShards);

    private static Dictionary<string, AttributeValue> Keyed(string partition, string sort) => new()
    {
        [Partition] = new AttributeValue { S = partition },
        [Sort] = new AttributeValue { S = sort },
    };

    private static T Read<T>(Dictionary<string, AttributeValue> item, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException or OverflowException
            or ArgumentException)
        {
            throw new UsageLedgerException(
                $"The item '{item[Partition].S}' '{item[Sort].S}' of the usage ledger was not written by it, or by a "
                + "newer build; delete it, or start that build.",
                exception);
        }
    }

    private static string DayOf(long minute) =>
        LedgerMinutes.At(minute).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(Dictionary<string, AttributeValue> item, string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Number(item, name));

    private static long Number(Dictionary<string, AttributeValue> item, string name) =>
        long.Parse(item[name].N, NumberStyles.Integer, CultureInfo.InvariantCulture);

    private static AttributeValue Number(long number) =>
        new() { N = number.ToString(CultureInfo.InvariantCulture) };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>A tenant that used something on a day.</summary>
/// <param name="Tenant">Who.</param>
/// <param name="Minute">First minute of the day.</param>
internal readonly record struct TenantDay(string Tenant, long Minute)
{
    /// <summary>Of a row.</summary>
    public static TenantDay Of(LedgerRow row)
    {
        var minute = LedgerMinutes.Of(row.Sum.Minute);
        return new TenantDay(row.Sum.Tenant, minute - (minute % LedgerMinutes.Day));
    }
}
