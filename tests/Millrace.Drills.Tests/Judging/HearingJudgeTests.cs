using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Tests.Judging;

/// <summary>The judge of webhooks sees what is wrong with a doctored history, and nothing in a sound one.</summary>
public sealed class HearingJudgeTests
{
    private static readonly Dictionary<string, Action<List<HistoryEntry>>> Wrongs = new()
    {
        ["an end that was not told"] = all => all.RemoveAll(entry => entry is { F: Operation.Hear, JobId: "job-b" }),
        ["told under two ids"] = all => all.Add(Heard("one", "job-a", "msg-other")),
        ["told to another tenant"] = all => all.Add(Heard("two", "job-a", "msg-job-a")),
        ["a job that has no end"] = all => all.Add(Heard("one", "job-x", "msg-job-x")),
        ["a message that is not signed"] = all => all.Add(
            new() { F = Operation.Hear, Type = EntryType.Fail, Tenant = "one" }),
        ["a recovered job that was not told"] = all =>
            all.RemoveAll(entry => entry is { F: Operation.Hear, JobId: "job-d" }),
    };

    public static TheoryData<string> Names => [.. Wrongs.Keys];

    [Fact]
    public void Judge_OfASoundHistory_Holds()
    {
        var history = Sound();
        history.Add(Heard("one", "job-a", "msg-job-a"));

        var ruling = HearingJudge.Judge(new Facts(history));

        Assert.Equal(RulingState.Holds, ruling.State);
        Assert.StartsWith("4 of 4 ends were told, 1 more than once", ruling.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_OfADoctoredHistory_IsBroken(string name)
    {
        var history = Sound();
        Wrongs[name](history);

        var ruling = HearingJudge.Judge(new Facts(history));

        Assert.Equal(RulingState.Broken, ruling.State);
        Assert.NotEmpty(ruling.Examples);
    }

    [Fact]
    public void Judge_OfNothing_IsUnknown() =>
        Assert.Equal(RulingState.Unknown, HearingJudge.Judge(new Facts([])).State);

    private static List<HistoryEntry> Sound() =>
    [
        .. Doctored.Sound(),
        Heard("one", "job-a", "msg-job-a"), Heard("one", "job-b", "msg-job-b"),
        Heard("two", "job-c", "msg-job-c"), Heard("two", "job-d", "msg-job-d"),
    ];

    private static HistoryEntry Heard(string receiver, string job, string message) => new()
    {
        F = Operation.Hear,
        Type = EntryType.Ok,
        Tenant = receiver,
        JobId = job,
        Key = message,
    };
}
