using System.Buffers.Binary;
using System.Security.Cryptography;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>Sums records of one epoch into a batch: equal records make an equal batch. No clock, no I/O.</summary>
internal sealed class BatchSums : IDisposable
{
    private readonly Dictionary<(string Tenant, long Minute, Lane Lane, UsageClass Class), UsageSum> _sums = [];
    private readonly List<UsageRecord> _jobs = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a record as it stands in the journal.</summary>
    public void Add(long sequence, ReadOnlySpan<byte> payload)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, sequence);
        _hash.AppendData(number);
        _hash.AppendData(payload);
        var record = JournalFrame.Read(sequence, payload).Record;
        if (record.Lane == Lane.Bulk) _jobs.Add(record);
        else Add(record);
    }

    /// <summary>The batch of what was added.</summary>
    public UsageBatch ToBatch(EpochName epoch, ShipCut cut) => new()
    {
        Recorder = epoch.Recorder,
        Epoch = epoch.Epoch,
        First = cut.First,
        Last = cut.Last,
        Hash = Convert.ToHexStringLower(_hash.GetCurrentHash()),
        Reaches = cut.Reaches,
        Sums =
        [
            .. _sums.OrderBy(sum => sum.Key.Minute).ThenBy(sum => sum.Key.Tenant, StringComparer.Ordinal)
                .ThenBy(sum => sum.Key.Lane).ThenBy(sum => sum.Key.Class).Select(sum => sum.Value),
        ],
        Jobs = _jobs,
    };

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Add(UsageRecord record)
    {
        var minute = record.At.ToUnixTimeSeconds() / 60;
        var key = (record.Tenant, minute, record.Lane, record.Class);
        var sum = _sums.TryGetValue(key, out var known) ? known : Empty(record, minute);
        _sums[key] = sum with
        {
            Answers = sum.Answers + 1,
            Billable = sum.Billable + (record.IsBillable ? record.Results : 0),
            BytesIn = sum.BytesIn + record.BytesIn,
            BytesOut = sum.BytesOut + record.BytesOut,
            Pixels = sum.Pixels + record.Pixels,
        };
    }

    private static UsageSum Empty(UsageRecord record, long minute) => new()
    {
        Tenant = record.Tenant,
        Minute = DateTimeOffset.FromUnixTimeSeconds(minute * 60),
        Lane = record.Lane,
        Class = record.Class,
        Answers = 0,
        Billable = 0,
        BytesIn = 0,
        BytesOut = 0,
        Pixels = 0,
    };
}
