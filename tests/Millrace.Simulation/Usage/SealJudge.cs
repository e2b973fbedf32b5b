using System.Globalization;
using System.Text.Json;
using Millrace.Billing;
using Millrace.Billing.Sealing;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Simulation.Judging;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Usage;

/// <summary>
/// Knows all that was ever recorded, and holds the log of seals and the ledger against it: each record once, in its
/// hour, all but late jobs in the hour's first seal, as nothing of the hour was sealed before it was complete.
/// </summary>
internal sealed class SealJudge(Judge judge, SimBucket bucket, SimUsageRows ledger)
{
    private readonly Dictionary<string, UsageRecord> _recorded = [];
    private readonly HashSet<string> _sealed = [];
    private readonly SortedDictionary<DateTimeOffset, int> _hours = [];
    private int _entries;

    /// <summary>Records so far.</summary>
    public int Records => _recorded.Count;

    /// <summary>Entries of the log that were looked at.</summary>
    public int Entries => _entries;

    /// <summary>Entries that hold what came late.</summary>
    public int LateEntries { get; private set; }

    /// <summary>Something was recorded.</summary>
    public void Recorded(MarkedUsage usage)
    {
        var (mark, record) = (usage.Mark, usage.Record);
        var name = record.Lane == Lane.Bulk
            ? record.Id.ToString("N")
            : string.Create(CultureInfo.InvariantCulture, $"{mark.Recorder}.{mark.Epoch}.{mark.Sequence}");
        _recorded.Add(name, record);
    }

    /// <summary>Looks at what was sealed since the last look.</summary>
    public void Look()
    {
        while (bucket.Read(BillingKeys.Seal(_entries + 1)) is { } bytes)
        {
            _entries++;
            Look(JsonSerializer.Deserialize(bytes, BillingJson.Default.VersionedSeal)!.Value);
        }
    }

    /// <summary>Everything is over: all of it must be there.</summary>
    /// <param name="from">The first hour.</param>
    /// <param name="until">Hours that ended before this are sealed.</param>
    public void End(DateTimeOffset from, DateTimeOffset until)
    {
        for (var hour = from; hour.AddHours(1) <= until; hour = hour.AddHours(1))
        {
            if (!_hours.ContainsKey(hour)) judge.Broken("end", $"the hour {hour:HH} is not sealed");
        }
        foreach (var (name, record) in _recorded)
        {
            if (record.At < until && !_sealed.Contains(name)) judge.Broken("seal", $"{name} was never sealed");
        }
        var expected = Totals(_recorded.Values.Select(record =>
            (record.Tenant, record.At, record.Lane, 1L, record.BytesIn, record.BytesOut, record.Pixels)));
        var found = Totals(ledger.Sums.Select(sum =>
            (sum.Tenant, sum.Minute, sum.Lane, sum.Answers, sum.BytesIn, sum.BytesOut, sum.Pixels)));
        if (expected != found) judge.Broken("ledger", $"it has\n{found}and recorded was\n{expected}");
    }

    private void Look(Seal seal)
    {
        var isFirst = _hours.TryAdd(seal.Hour, seal.IsLate ? 1 : 0);
        if (isFirst == seal.IsLate) judge.Broken("seal", $"entry {seal.Number} says late: {seal.IsLate}");
        if (seal.IsLate) LateEntries++;
        var names = seal.Sums is { } hash ? SimSums.Read(bucket.Read(BillingKeys.Sums(hash))!) : [];
        foreach (var name in names) Look(seal, name);
        if (isFirst) LookForMissing(seal.Hour);
    }

    private void LookForMissing(DateTimeOffset hour)
    {
        foreach (var (name, record) in _recorded)
        {
            if (record.Lane != Lane.Bulk && HourOf(record) == hour && !_sealed.Contains(name))
                judge.Broken("seal", $"{hour:HH} was sealed without {name}");
        }
    }

    private void Look(Seal seal, string name)
    {
        if (!_recorded.TryGetValue(name, out var record)) judge.Broken("seal", $"{name} was never recorded");
        else if (HourOf(record) != seal.Hour) judge.Broken("seal", $"{name} stands in the hour {seal.Hour:HH}");
        if (!_sealed.Add(name)) judge.Broken("seal", $"{name} was sealed twice");
    }

    private static string Totals(
        IEnumerable<(string Tenant, DateTimeOffset At, Lane Lane, long Answers, long In, long Out, long Pixels)> all) =>
        string.Concat(all
            .GroupBy(one => (one.Tenant, Minute: UsagePeriods.Floor(one.At, TimeSpan.FromMinutes(1)), one.Lane))
            .OrderBy(group => group.Key).Select(group => string.Create(
                CultureInfo.InvariantCulture,
                $"{group.Key.Tenant} {group.Key.Minute:HH:mm} {group.Key.Lane}: {group.Sum(one => one.Answers)} "
                + $"{group.Sum(one => one.In)} {group.Sum(one => one.Out)} {group.Sum(one => one.Pixels)}\n")));

    private static DateTimeOffset HourOf(UsageRecord record) => UsagePeriods.Floor(record.At, TimeSpan.FromHours(1));
}
