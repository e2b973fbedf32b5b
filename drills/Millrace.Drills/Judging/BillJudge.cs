using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// J6: each tenant's bill is what it got, to the unit, and billing again gives the same bytes. What nobody knows the
/// end of may be billed once.
/// </summary>
internal static class BillJudge
{
    public static Ruling Judge(Facts facts)
    {
        var bills = facts.Of(Operation.Bill).ToList();
        if (bills.Count == 0) return Ruling.Of("J6", 0, "there is no bill in this region", []);
        List<string> violations =
        [
            .. bills.GroupBy(bill => bill.Tenant).SelectMany(group => Faults(facts, group)),
            .. facts.Promised.Values.Select(entry => entry.Tenant).Distinct()
                .Except(bills.Select(bill => bill.Tenant)).Select(tenant => $"{tenant}: has jobs and no bill"),
        ];
        return Ruling.Of("J6", bills.Count, $"{bills.Count} bills, {violations.Count} wrong", violations);
    }

    private static IEnumerable<string> Faults(Facts facts, IGrouping<string, HistoryEntry> bills)
    {
        var (least, most) = Due(facts, bills.Key);
        foreach (var bill in bills.Where(bill => bill.Units < least || bill.Units > most))
            yield return $"{bills.Key}: {bill.Units} units billed, due are {least} to {most}";
        if (bills.Select(bill => bill.Sha256).Distinct().Count() > 1)
            yield return $"{bills.Key}: billed again, and it was another bill";
    }

    private static (long Least, long Most) Due(Facts facts, string tenant)
    {
        var converted = facts.Of(Operation.Convert).Where(entry => entry.Tenant == tenant).ToList();
        var least = converted.Where(Facts.IsOk).Sum(entry => entry.Units)
            + facts.Promised.Values.Where(entry => entry.Tenant == tenant).Sum(entry => entry.Units);
        var open = converted.Where(entry => entry.Type is EntryType.Info).Sum(entry => entry.Units)
            + facts.Open.Where(entry => entry.Tenant == tenant).Sum(entry => entry.Units);
        return (least, least + open);
    }
}
