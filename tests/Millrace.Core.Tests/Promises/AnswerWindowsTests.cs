using CsCheck;
using Millrace.Core.Promises;

namespace Millrace.Core.Tests.Promises;

/// <summary>Any history, held against a plain list of all answers.</summary>
public sealed class AnswerWindowsTests
{
    private static readonly DateTimeOffset Begun = new(2026, 11, 30, 14, 47, 12, 345, TimeSpan.Zero);

    private static readonly Gen<(TimeSpan After, AnswerKind Kind)[]> Histories = Gen.Select(
        Gen.Frequency(
            (6, Gen.Int[0, 90_000]), (3, Gen.Int[0, 4_000_000]), (1, Gen.Int[0, 900_000_000]),
            (1, Gen.Const(int.MaxValue))),
        Gen.Enum<AnswerKind>(),
        (after, kind) => (TimeSpan.FromMilliseconds(after), kind)).Array[0, 200];

    [Fact]
    public void AnyHistory_InEachWindow_CountsWhatAListOfItHas() => Histories.Sample(history =>
    {
        var (windows, all, now) = (new AnswerWindows(Begun), new List<(DateTimeOffset At, AnswerKind Kind)>(), Begun);
        foreach (var (after, kind) in history)
        {
            now += after;
            windows.Add(now, kind);
            all.Add((now, kind));
            foreach (var (_, length) in AnswerWindows.All) Check(windows, all, length, now);
        }
    });

    [Fact]
    public void AnyHistory_CutByRestarts_CountsByTheHourAsIfThereWereNone() => Gen.Select(Histories, Gen.Int[1, 20])
        .Sample((history, life) =>
        {
            var (whole, lives, now) = (new AnswerWindows(Begun), new AnswerWindows(Begun), Begun);
            foreach (var (index, (after, kind)) in history.Index())
            {
                now += after;
                if (index % life == 0) lives = Restarted(lives, now);
                whole.Add(now, kind);
                lives.Add(now, kind);
            }
            Assert.Equal(whole.Read(TimeSpan.FromDays(30), now), lives.Read(TimeSpan.FromDays(30), now));
        });

    [Fact]
    public void Read_BeforeTheWindowIsFull_SaysSinceWhen()
    {
        var windows = new AnswerWindows(Begun);

        var (since, counts) = windows.Read(TimeSpan.FromHours(1), Begun.AddMinutes(10));

        Assert.Equal((Begun, default), (since, counts));
        Assert.Null(counts.Availability);
        Assert.Null(counts.BudgetLeft(0.999));
    }

    [Fact]
    public void Restore_OfWhatBeganLater_IsRefused()
    {
        var windows = new AnswerWindows(Begun);

        var believed = windows.Restore(new(Begun.AddHours(1), [(Begun.AddHours(1), new(1, 1, 1, 1))]));

        Assert.False(believed);
        Assert.Equal((Begun, default), windows.Read(TimeSpan.FromDays(30), Begun.AddHours(2)));
    }

    [Fact]
    public void Restore_WithHoursThatLieAhead_DropsThose()
    {
        var windows = new AnswerWindows(Begun);

        windows.Restore(new(
            Begun.AddHours(-5), [(Begun.AddHours(-4), new(3, 0, 0, 0)), (Begun.AddHours(4), new(5, 0, 0, 0))]));

        Assert.Equal(3, windows.Read(TimeSpan.FromDays(30), Begun.AddHours(5)).Counts.Good);
    }

    [Fact]
    public void BudgetLeft_WhenAsMuchFailedAsMay_IsNothingAndLessBeyond()
    {
        Assert.Equal(1, new AnswerCounts(1000, 0, 7, 7).BudgetLeft(0.999));
        Assert.Equal(0, new AnswerCounts(999, 1, 7, 7).BudgetLeft(0.999)!.Value, 9);
        Assert.Equal(-1, new AnswerCounts(998, 2, 7, 7).BudgetLeft(0.999)!.Value, 9);
    }

    // As the window says: the minute or hour that has begun, and as many whole ones before it.
    private static void Check(
        AnswerWindows windows, List<(DateTimeOffset At, AnswerKind Kind)> all, TimeSpan window, DateTimeOffset now)
    {
        var step = window <= TimeSpan.FromHours(1) ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1);
        var begin = new DateTimeOffset(now.Ticks - (now.Ticks % step.Ticks), TimeSpan.Zero) - window;
        var expected = all.Where(answer => answer.At >= begin)
            .Aggregate(default(AnswerCounts), (sum, answer) => sum.With(answer.Kind));

        var (since, counts) = windows.Read(window, now);

        Assert.Equal(expected, counts);
        Assert.Equal(begin > Begun ? begin : Begun, since);
    }

    private static AnswerWindows Restarted(AnswerWindows windows, DateTimeOffset now)
    {
        var history = AnswerHistoryText.Read(AnswerHistoryText.Write(windows.Keep(now)));
        var next = new AnswerWindows(now);
        Assert.True(next.Restore(history!));
        return next;
    }
}
