using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Tests.Judging;

/// <summary>
/// A sound history with a fault, two tenants' jobs and conversions, a job that was recovered, tickets in order and
/// bills; and what tests do to it.
/// </summary>
internal static class Doctored
{
    public const string Photo = "photo";
    public const string Pill = "pill";
    private const long Second = 1_000_000_000;
    private const long SourceBytes = 100;
    private const long ResultBytes = 10;

    public static List<HistoryEntry> Sound() =>
    [
        new() { F = Operation.Oracle, Image = Photo, Sha256 = "good", Type = EntryType.Ok },
        new() { F = Operation.Oracle, Image = Pill, Type = EntryType.Ok },
        .. Convert(1, "one"),
        .. Job("a", "one", "job-a", 1),
        new() { F = Operation.Fault, Key = "kill", Type = EntryType.Invoke, TNs = 2 * Second },
        new() { F = Operation.Fault, Key = "kill", Type = EntryType.Ok, Status = "gone", TNs = 2 * Second },
        .. Job("b", "one", "job-b", 3),
        .. Job("c", "two", "job-c", 3),
        Submit("d", "two", "") with { Type = EntryType.Invoke, Status = "" },
        Submit("d", "two", "") with { Type = EntryType.Info, Status = "" },
        new() { F = Operation.Heal, Key = "kill", Type = EntryType.Ok, TNs = 4 * Second },
        .. Convert(5, "one"),
        .. Convert(6, "two"),
        Submit("a", "one", "job-a") with { TNs = 6 * Second },
        Listed("one", "job-a"), Listed("one", "job-b"), Listed("two", "job-c"), Listed("two", "job-d"),
        .. Ticket("t1", 1, 2, 3), .. Ticket("t2", 4, 5, 6), .. Ticket("t3", 7, 8, 9),
        Usage("one", "job-a"), Usage("one", "job-b"), Usage("two", "job-c"), Usage("two", "job-d"),
        Bill("one", "1", 4), Bill("one", "2", 4), Bill("two", "1", 3), Bill("two", "2", 3),
        Ledger("one", 4), Ledger("two", 3),
    ];

    /// <summary>All rulings, J7 for conversions included: a gap of 5 s and 2 s after healing are allowed.</summary>
    public static IReadOnlyList<Ruling> Judge(IReadOnlyList<HistoryEntry> history)
    {
        var facts = new Facts(history);
        return
        [
            .. Court.Judge(facts),
            GapJudge.Judge(facts, Operation.Convert, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)),
        ];
    }

    public static HistoryEntry Submit(string key, string tenant, string job) => new()
    {
        F = Operation.Submit,
        Type = EntryType.Ok,
        Tenant = tenant,
        Key = key,
        JobId = job,
        Image = Photo,
        Units = 1,
        BytesIn = SourceBytes,
        Status = "202",
    };

    public static HistoryEntry Look(string tenant, string job, string state, string hash) => new()
    {
        F = Operation.Look,
        Type = EntryType.Ok,
        Tenant = tenant,
        JobId = job,
        Status = state,
        Sha256 = hash,
    };

    public static HistoryEntry Result(string tenant, string job, string hash) => new()
    {
        F = Operation.Result,
        Type = EntryType.Ok,
        Tenant = tenant,
        JobId = job,
        Sha256 = hash,
        BytesOut = ResultBytes,
    };

    public static HistoryEntry Listed(string tenant, string job) => new()
    {
        F = Operation.Outcome,
        Type = EntryType.Ok,
        Tenant = tenant,
        JobId = job,
        Status = "succeeded",
    };

    public static HistoryEntry Usage(string tenant, string job) => new()
    {
        F = Operation.Usage,
        Type = EntryType.Ok,
        Tenant = tenant,
        JobId = job,
        Units = 1,
    };

    public static HistoryEntry Bill(string tenant, string run, long units) => new()
    {
        F = Operation.Bill,
        Type = EntryType.Ok,
        Tenant = tenant,
        Key = run,
        Units = units,
        BytesIn = units * SourceBytes,
        BytesOut = units * ResultBytes,
        Sha256 = $"bill {tenant}",
    };

    public static HistoryEntry Ledger(string tenant, long units) =>
        Bill(tenant, "", units) with { F = Operation.Ledger, Sha256 = "" };

    /// <summary>An edge's disk, with what was recorded in a time, is lost and was declared so.</summary>
    public static IEnumerable<HistoryEntry> Loss(long fromSeconds, long toSeconds)
    {
        var begun = new HistoryEntry { F = Operation.Loss, Key = "17", TNs = fromSeconds * Second };
        return [begun, begun with { Type = EntryType.Ok, TNs = toSeconds * Second }];
    }

    public static HistoryEntry Start(string ticket, long seconds, int deliveries = 1) => new()
    {
        F = Operation.Start,
        Type = EntryType.Ok,
        Tenant = "one",
        Lane = "bulk/0",
        Key = ticket,
        TNs = seconds * Second,
        Deliveries = deliveries,
    };

    public static IEnumerable<HistoryEntry> Ticket(string ticket, long begun, long stored, long started) =>
    [
        new()
        {
            F = Operation.Enqueue, Type = EntryType.Invoke, Tenant = "one", Lane = "bulk/0", Key = ticket,
            TNs = begun * Second,
        },
        new()
        {
            F = Operation.Enqueue, Type = EntryType.Ok, Tenant = "one", Lane = "bulk/0", Key = ticket,
            TNs = stored * Second,
        },
        Start(ticket, started),
    ];

    private static IEnumerable<HistoryEntry> Job(string key, string tenant, string job, long seconds) =>
    [
        Submit(key, tenant, "") with { Type = EntryType.Invoke, Status = "", TNs = seconds * Second },
        Submit(key, tenant, job) with { TNs = seconds * Second },
        Look(tenant, job, "working", ""),
        Look(tenant, job, "succeeded", $"outcome of {job}"),
        Result(tenant, job, "good"),
        Look(tenant, job, "succeeded", $"outcome of {job}"),
    ];

    private static IEnumerable<HistoryEntry> Convert(long seconds, string tenant)
    {
        var begun = new HistoryEntry
        {
            F = Operation.Convert,
            Tenant = tenant,
            Image = Photo,
            Units = 1,
            BytesIn = SourceBytes,
            TNs = seconds * Second,
        };
        var done = begun with { Type = EntryType.Ok, Sha256 = "good", Status = "200", TNs = begun.TNs + 1 };
        return [begun, done with { BytesOut = ResultBytes }];
    }
}
