namespace Millrace.Drills.Judging;

/// <summary>J4: the same idempotency key is the same job.</summary>
internal static class IdempotencyJudge
{
    public static Ruling Judge(Facts facts)
    {
        var repeated = facts.Submits.Where(Facts.IsOk).GroupBy(Facts.Name).Where(group => group.Count() > 1).ToList();
        List<string> violations =
        [
            .. repeated.Where(group => group.Select(entry => entry.JobId).Distinct().Count() > 1)
                .Select(group => $"key {group.Key.Key} of {group.Key.Tenant}: "
                    + string.Join(" and ", group.Select(entry => entry.JobId).Distinct())),
        ];
        return Ruling.Of(
            "J4", repeated.Count, $"{repeated.Count} keys sent again, {violations.Count} made another job", violations);
    }
}
