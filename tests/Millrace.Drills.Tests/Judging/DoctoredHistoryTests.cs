using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Tests.Judging;

/// <summary>Every judge sees what is wrong with a history doctored for it, and nothing in a sound one.</summary>
public sealed class DoctoredHistoryTests
{
    private static readonly Dictionary<string, (string Judge, Action<List<HistoryEntry>> Doctor)> Wrongs = new()
    {
        ["promised and lost"] = ("J1", all => all.RemoveAll(entry =>
            entry is { JobId: "job-b", F: Operation.Look or Operation.Outcome })),
        ["promised and forever working"] = ("J1", all =>
        {
            all.RemoveAll(entry => entry is { JobId: "job-b", F: Operation.Look or Operation.Outcome });
            all.Add(Doctored.Look("one", "job-b", "working", ""));
        }
        ),
        ["a second outcome"] = ("J1", all => all.Add(Doctored.Listed("one", "job-a"))),
        ["an outcome that changed"] = ("J1", all => all.Add(Doctored.Look("one", "job-a", "succeeded", "another"))),
        ["a state that changed"] = ("J1", all => all.Add(Doctored.Look("one", "job-a", "failed", ""))),
        ["a result that changed"] = ("J1", all => all.Add(Doctored.Result("one", "job-a", "other bytes"))),
        ["a result that is not the oracle's"] = ("J1", all => Replace(
            all, entry => entry is { F: Operation.Result, JobId: "job-c" }, entry => entry with { Sha256 = "bad" })),
        ["a result that cannot be read"] = ("J1", all =>
            all.RemoveAll(entry => entry is { F: Operation.Result, JobId: "job-c" })),
        ["a good image that failed"] = ("J1", all => Replace(
            all, entry => entry.JobId == "job-c" && entry.F is Operation.Look or Operation.Outcome,
            entry => entry.JobId == "job-c" ? entry with { Status = "failed" } : entry)),
        ["a pill that has a result"] = ("J1", all => Replace(
            all, entry => entry is { F: Operation.Submit, JobId: "job-c" },
            entry => entry with { Image = Doctored.Pill })),
        ["a conversion with other bytes"] = ("J1", all => Replace(
            all, entry => entry is { F: Operation.Convert, Type: EntryType.Ok, Tenant: "two" },
            entry => entry with { Sha256 = "bad" })),
        ["an outcome nobody asked for"] = ("J2", all => all.Add(Doctored.Listed("two", "job-x"))),
        ["a second job of an open key"] = ("J2", all => all.Add(Doctored.Listed("two", "job-d2"))),
        ["an outcome of a tenant without requests"] = ("J2", all => all.Add(Doctored.Listed("three", "job-y"))),
        ["a recovered job counted twice"] = ("J3", all => all.Add(Doctored.Usage("two", "job-d"))),
        ["a promised job counted twice"] = ("J3", all => all.Add(Doctored.Usage("one", "job-a"))),
        ["a recovered job counted never"] = ("J3", all =>
            all.RemoveAll(entry => entry is { F: Operation.Usage, JobId: "job-d" })),
        ["one key with two jobs"] = ("J4", all => all.Add(Doctored.Submit("a", "one", "job-a2"))),
        ["a swapped pair"] = ("J5", all =>
        {
            all.RemoveAll(entry => entry is { F: Operation.Start, Key: "t2" });
            all.Add(Doctored.Start("t2", 20));
        }
        ),
        ["a double bill"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Bill, Tenant: "two" },
            entry => Doctored.Bill("two", entry.Key, 4))),
        ["a bill that forgets a job"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Bill, Tenant: "one" },
            entry => Doctored.Bill("one", entry.Key, 3))),
        ["a second run with another bill"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Bill, Key: "2", Tenant: "one" },
            entry => entry with { Sha256 = "other" })),
        ["a tenant without a bill"] = ("J6", all =>
            all.RemoveAll(entry => entry is { F: Operation.Bill, Tenant: "two" })),
        ["a bill with a byte too many"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Bill, Tenant: "one" },
            entry => entry with { BytesIn = entry.BytesIn + 1 })),
        ["a ledger that counts a shipment twice"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Ledger, Tenant: "one" },
            entry => Doctored.Ledger("one", 5))),
        ["a ledger that is within the doubt and not the bill"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Ledger, Tenant: "two" }, entry => Doctored.Ledger("two", 2))),
        ["a ledger that has another result of the same job"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Ledger, Tenant: "two" },
            entry => entry with { BytesOut = entry.BytesOut + 1 })),
        ["a ledger with less of sources than the bill"] = ("J6", all => Replace(
            all, entry => entry is { F: Operation.Ledger, Tenant: "one" },
            entry => entry with { BytesIn = entry.BytesIn - 1 })),
        ["a declared loss, and more in the ledger than was given"] = ("J6", all =>
        {
            all.AddRange(Doctored.Loss(5, 5));
            Replace(
                all, entry => entry is { F: Operation.Ledger, Tenant: "one" }, entry => Doctored.Ledger("one", 5));
        }
        ),
        ["a ledger without a tenant"] = ("J6", all =>
            all.RemoveAll(entry => entry is { F: Operation.Ledger, Tenant: "one" })),
        ["a month that cannot be billed"] = ("J6", all => all.Add(
            new() { F = Operation.Bill, Type = EntryType.Fail, Error = "an hour is open" })),
        ["a declared loss, and less on the bill than was lost"] = ("J6", all =>
        {
            all.AddRange(Doctored.Loss(5, 5));
            Replace(
                all, entry => entry is { F: Operation.Bill, Tenant: "one" },
                entry => Doctored.Bill("one", entry.Key, 2));
        }
        ),
        ["a gap"] = ("J7 convert", all => Replace(
            all, entry => entry is { F: Operation.Convert, Type: EntryType.Ok, TNs: > 4_000_000_000 },
            entry => entry with { TNs = entry.TNs + 10_000_000_000 })),
        ["no recovery"] = ("J7 convert", all =>
            all.RemoveAll(entry => entry is { F: Operation.Convert, Type: EntryType.Ok, TNs: > 4_000_000_000 })),
    };

    public static TheoryData<string> Names => [.. Wrongs.Keys];

    [Fact]
    public void Judge_OfASoundHistory_HoldsThroughout()
    {
        var rulings = Doctored.Judge(Doctored.Sound());

        Assert.All(rulings, ruling => Assert.Equal((RulingState.Holds, ruling.Judge), (ruling.State, ruling.Judge)));
        Assert.Equal(RulingState.Holds, Court.Sum(rulings));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_OfADoctoredHistory_IsBrokenByTheRightJudge(string name)
    {
        var (judge, doctor) = Wrongs[name];
        var history = Doctored.Sound();
        doctor(history);

        var rulings = Doctored.Judge(history);

        Assert.Equal(RulingState.Broken, rulings.Single(ruling => ruling.Judge == judge).State);
        Assert.NotEmpty(rulings.Single(ruling => ruling.Judge == judge).Examples);
        Assert.Equal(RulingState.Broken, Court.Sum(rulings));
    }

    private static void Replace(
        List<HistoryEntry> all, Predicate<HistoryEntry> which, Func<HistoryEntry, HistoryEntry> change)
    {
        Assert.True(all.Exists(which), "There is nothing to doctor.");
        for (var i = 0; i < all.Count; i++)
        {
            if (which(all[i])) all[i] = change(all[i]);
        }
    }
}
