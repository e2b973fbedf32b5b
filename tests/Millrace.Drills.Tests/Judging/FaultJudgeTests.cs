using System.Globalization;
using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Tests.Judging;

public sealed class FaultJudgeTests
{
    [Theory]
    [InlineData(10, 0, 0, true)]
    [InlineData(10, 1, 0, false)]
    [InlineData(10, 2, 0.2, true)]
    [InlineData(10, 3, 0.2, false)]
    [InlineData(0, 0, 0.2, false)]
    [InlineData(0, 5, 1, false)]
    public void Judge_OfFaultsWithoutATrace_HoldsUpToTheirShare(int traced, int traceless, double most, bool holds)
    {
        List<HistoryEntry> history =
        [
            .. Faults(traced, EntryType.Ok, "kill"), .. Faults(traceless, EntryType.Info, "pause"),
        ];

        var ruling = FaultJudge.Judge(new Facts(history), most);

        Assert.Equal(holds ? RulingState.Holds : RulingState.Unknown, ruling.State);
    }

    [Fact]
    public void Judge_WhenAFaultIsNeverToldOf_ItCountsAsOneWithoutATrace()
    {
        List<HistoryEntry> history = [.. Faults(1, EntryType.Ok, "kill"), Fault("kill", EntryType.Invoke)];

        Assert.Equal(RulingState.Unknown, FaultJudge.Judge(new Facts(history)).State);
    }

    [Fact]
    public void Judge_OfMany_TellsHowOftenEachWasMade()
    {
        List<HistoryEntry> history =
        [
            .. Faults(9, EntryType.Ok, "kill"), .. Faults(6, EntryType.Ok, "pause"),
            .. Faults(2, EntryType.Info, "kill"),
        ];

        var ruling = FaultJudge.Judge(new Facts(history), 1);

        Assert.Equal(
            "15 of 17 left a trace: kill 9 times; kill 2 times without a trace; pause 6 times", ruling.Text);
    }

    private static IEnumerable<HistoryEntry> Faults(int count, EntryType end, string key) =>
        Enumerable.Range(0, count).SelectMany(number => new[]
        {
            Fault(key, EntryType.Invoke),
            Fault(key, end) with { Status = number.ToString(CultureInfo.InvariantCulture) },
        });

    private static HistoryEntry Fault(string key, EntryType type) =>
        new() { F = Operation.Fault, Key = key, Type = type };
}
