using System.Globalization;
using Millrace.Drills.History;
using Millrace.Region.Bills;

namespace Millrace.Drills.Judging;

/// <summary>
/// J6: each tenant's bill is what it got, to the unit, billing again gives the same bytes, and the usage ledger tells
/// the same results, with the sources of refused requests beside those of results. What nobody knows the end of may be
/// billed once; what was declared lost need not be, and the ledger may have it all the same.
/// </summary>
internal static class BillJudge
{
    public static Ruling Judge(Facts facts)
    {
        var told = facts.Of(Operation.Bill).Concat(facts.Of(Operation.Ledger)).ToList();
        if (told.Count == 0) return Ruling.Of("J6", 0, "nothing is billed in this drill", []);
        var counts = Counts(facts);
        var bills = told.Where(entry => entry.F == Operation.Bill && Facts.IsOk(entry)).ToLookup(bill => bill.Tenant);
        List<string> violations =
        [
            .. told.Where(entry => !Facts.IsOk(entry)).Select(entry => $"nothing was billed: {entry.Error}"),
            .. bills.SelectMany(runs => runs).Where(bill => !Of(counts, bill.Tenant).Agrees(Use(bill)))
                .Select(bill => $"{bill.Tenant}: billed {Use(bill)}; {Of(counts, bill.Tenant)}"),
            .. bills.Where(runs => runs.Select(bill => bill.Sha256).Distinct().Count() > 1)
                .Select(runs => $"{runs.Key}: billed again, and it was another bill"),
            .. counts.Where(count => count.Value.Given.Results > count.Value.Risked.Results)
                .Where(count => !bills.Contains(count.Key)).Select(count => $"{count.Key}: {count.Value}, and no bill"),
            .. LedgerFaults(facts, counts, bills),
        ];
        return Ruling.Of("J6", told.Count, Text(counts, bills, violations.Count), violations);
    }

    /// <summary>What each tenant counts itself.</summary>
    public static IReadOnlyDictionary<string, OwnCount> Counts(Facts facts)
    {
        var counts = new Dictionary<string, OwnCount>();
        var losses = Losses(facts);
        foreach (var entry in facts.Of(Operation.Convert).Where(Facts.IsOk))
        {
            Own(counts, entry).Give(entry.BytesIn, entry.BytesOut);
            if (losses.Exists(loss => entry.TNs >= loss.FromNs && entry.TNs <= loss.ToNs))
                Own(counts, entry).Risk(entry.BytesIn, entry.BytesOut);
        }
        var results = facts.Of(Operation.Result).Where(Facts.IsOk).ToLookup(entry => entry.JobId);
        foreach (var promise in facts.Promised.Values)
            Own(counts, promise).Give(promise.BytesIn, results[promise.JobId].FirstOrDefault()?.BytesOut ?? 0);
        var unsure = facts.Of(Operation.Convert).Where(entry => entry.Type is EntryType.Info);
        foreach (var open in facts.Open.Concat(unsure)) Own(counts, open).Doubt(open.BytesIn);
        return counts;
    }

    private static OwnCount Own(Dictionary<string, OwnCount> counts, HistoryEntry entry)
    {
        if (!counts.TryGetValue(entry.Tenant, out var count)) counts[entry.Tenant] = count = new OwnCount();
        return count;
    }

    private static IEnumerable<string> LedgerFaults(
        Facts facts, IReadOnlyDictionary<string, OwnCount> counts, ILookup<string, HistoryEntry> bills)
    {
        var isLost = facts.Of(Operation.Loss).Any();
        var ledger = facts.Of(Operation.Ledger).ToDictionary(entry => entry.Tenant, Use);
        foreach (var tenant in bills.Select(runs => runs.Key).Union(ledger.Keys))
        {
            var (told, billed) = (ledger.GetValueOrDefault(tenant), bills[tenant].Select(Use).FirstOrDefault());
            var count = Of(counts, tenant);
            var fits = isLost
                ? IsBetween(billed.Results, told.Results, count.Given.Results + count.Doubtful.Results)
                : told.Results == billed.Results && told.BytesOut == billed.BytesOut && told.BytesIn >= billed.BytesIn;
            if (!fits) yield return $"{tenant}: the ledger has {told}, the bill {billed}; {count}";
        }
    }

    private static bool IsBetween(long least, long number, long most) => number >= least && number <= most;

    private static List<(long FromNs, long ToNs)> Losses(Facts facts)
    {
        // A client has its answer a moment after the record of it was made.
        const long blurNs = 1_000_000_000;
        var from = facts.Of(Operation.Loss).Where(entry => entry.Type is EntryType.Invoke);
        var to = facts.Of(Operation.Loss).Where(Facts.IsOk).ToDictionary(entry => entry.Key, entry => entry.TNs);
        return [.. from.Where(entry => to.ContainsKey(entry.Key))
            .Select(entry => (entry.TNs - blurNs, to[entry.Key] + blurNs))];
    }

    private static OwnCount Of(IReadOnlyDictionary<string, OwnCount> counts, string tenant) =>
        counts.GetValueOrDefault(tenant) ?? new OwnCount();

    private static BilledUse Use(HistoryEntry entry) => new(entry.Units, entry.BytesIn, entry.BytesOut);

    private static string Text(
        IReadOnlyDictionary<string, OwnCount> counts, ILookup<string, HistoryEntry> bills, int wrong)
    {
        var billed = bills.Sum(runs => runs.First().Units);
        var (given, doubtful, lost) = (
            counts.Values.Sum(count => count.Given.Results), counts.Values.Sum(count => count.Doubtful.Results),
            counts.Values.Sum(count => count.Risked.Results));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{billed} results billed to {bills.Count} tenants, {given} given, {doubtful} in doubt, {lost} perhaps "
            + $"lost; {wrong} wrong");
    }
}
