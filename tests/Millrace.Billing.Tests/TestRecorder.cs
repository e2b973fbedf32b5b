using System.Security.Cryptography;
using Millrace.Core.Images;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Testing;

namespace Millrace.Billing.Tests;

/// <summary>One epoch of a recorder, which ships what a test lets it record.</summary>
internal sealed class TestRecorder(string name, DateTimeOffset began, string region = "local")
{
    private readonly List<MarkedUsage> _open = [];
    private long _next = 1;

    public string Name => name;

    public long Epoch { get; } = began.ToUnixTimeMilliseconds();

    /// <summary>Everything that was recorded, shipped or not.</summary>
    public List<MarkedUsage> All { get; } = [];

    /// <summary>Records, and does not ship yet.</summary>
    public TestRecorder Record(
        string tenant, DateTimeOffset at, int results = 1, Func<UsageRecord, UsageRecord>? with = null)
    {
        var record = new UsageRecord
        {
            Id = new Guid((int)_next, (short)(Epoch % 30_000), 7,
                [.. SHA256.HashData([.. name.Select(c => (byte)c)]).Take(8)]),
            Tenant = tenant,
            At = at,
            Lane = Lane.Interactive,
            Class = UsageClass.Standard,
            Source = ImageFormat.Jpeg,
            Result = ImageFormat.Webp,
            BytesIn = 1000,
            BytesOut = 100,
            Pixels = 1_000_000,
            Results = results,
            Status = 200,
            Duration = TimeSpan.FromMilliseconds(20),
            IsBillable = results > 0,
        };
        var marked = new MarkedUsage(new UsageMark(name, Epoch, _next++), with is null ? record : with(record));
        _open.Add(marked);
        All.Add(marked);
        return this;
    }

    /// <summary>A number of records, evenly over a span of time.</summary>
    public TestRecorder Records(string tenant, DateTimeOffset from, TimeSpan span, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var at = (from + (span * i / count)).ToUnixTimeMilliseconds();
            Record(tenant, DateTimeOffset.FromUnixTimeMilliseconds(at));
        }
        return this;
    }

    /// <summary>Loses what is recorded and not shipped.</summary>
    public TestRecorder Lose()
    {
        _open.Clear();
        return this;
    }

    /// <summary>Ships what is recorded, a segment an hour.</summary>
    /// <returns>The keys of its segments.</returns>
    public List<ObjectKey> Ship(MemoryObjectStore store)
    {
        var keys = _open.GroupBy(each => each.Record.At.ToUnixTimeSeconds() / 3600)
            .Select(hour => Put(store, DateTimeOffset.FromUnixTimeSeconds(hour.Key * 3600), [.. hour])).ToList();
        _open.Clear();
        return keys;
    }

    /// <summary>Ships records as one segment, whatever was shipped before.</summary>
    public void Reship(MemoryObjectStore store, List<MarkedUsage> records) =>
        Put(store, DateTimeOffset.FromUnixTimeSeconds(records[0].Record.At.ToUnixTimeSeconds() / 3600 * 3600), records);

    /// <summary>Ships what is recorded and says how far it is.</summary>
    public List<ObjectKey> ShipAndTell(MemoryObjectStore store, DateTimeOffset reaches, bool ended = false)
    {
        var keys = Ship(store);
        Tell(store, reaches, ended);
        return keys;
    }

    public void Tell(MemoryObjectStore store, DateTimeOffset reaches, bool ended = false) =>
        store.Set(UsageKeys.Epoch(name, Epoch), UsageText.Write(Word(reaches, ended)));

    public UsageEpoch Word(DateTimeOffset reaches, bool ended) =>
        new(name, Epoch, DateTimeOffset.FromUnixTimeMilliseconds(Epoch), _next - 1, reaches, ended);

    /// <summary>All records as one batch for a ledger.</summary>
    public UsageBatch ToBatch() => new()
    {
        Recorder = name,
        Epoch = Epoch,
        First = 1,
        Last = _next - 1,
        Hash = new string('0', 64),
        Reaches = DateTimeOffset.MaxValue,
        Sums = [.. All.Where(each => each.Record.Lane != Lane.Bulk)
            .Select(each => MemoryUsageLedger.SumOf(each.Record))],
        Jobs = [.. All.Where(each => each.Record.Lane == Lane.Bulk).Select(each => each.Record)],
    };

    private ObjectKey Put(MemoryObjectStore store, DateTimeOffset hour, List<MarkedUsage> records)
    {
        var key = UsageKeys.Segment(region, hour, name, Epoch, records[0].Mark.Sequence, records[^1].Mark.Sequence);
        var bytes = SegmentFile.Write(records);
        store.Set(key, bytes);
        store.Set(UsageKeys.Manifest(key), UsageText.Write(new UsageManifest
        {
            Recorder = name,
            Epoch = Epoch,
            First = records[0].Mark.Sequence,
            Last = records[^1].Mark.Sequence,
            Records = records.Count,
            Bytes = bytes.Length,
            Hash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            EarliestAt = records.Min(each => each.Record.At),
            LatestAt = records.Max(each => each.Record.At),
            Schema = UsageColumns.Version,
        }));
        return key;
    }
}
