using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Promises;

namespace Millrace.Core.Tests.Promises;

public sealed class ServiceTextTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 14, 47, 30, TimeSpan.Zero));

    [Fact]
    public void Of_AServiceThatHasJustBegun_TellsNoFigureAndSinceWhen()
    {
        var windows = Windows(new LiveAnswers(_time), ServiceDefinition.Edge);

        Assert.Equal(["5m", "1h", "30d"], windows.Select(window => window.GetProperty("window").GetString()));
        Assert.All(windows, window =>
        {
            Assert.Equal("2026-11-30T14:47:30Z", window.GetProperty("since").GetString());
            Assert.False(window.GetProperty("whole").GetBoolean());
            Assert.False(window.TryGetProperty("availability", out _));
            Assert.False(window.TryGetProperty("budgetLeft", out _));
        });
    }

    [Fact]
    public void Of_AServiceWithAnswers_TellsTheFiguresOfEachWindow()
    {
        var answers = new LiveAnswers(_time);
        for (var answer = 0; answer < 1998; answer++) answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Good);
        answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Bad);
        _time.Advance(TimeSpan.FromMinutes(10));
        answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Good);
        answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Shed);

        var windows = Windows(answers, ServiceDefinition.Edge);

        Assert.Equal((true, 1.0, 1.0), Figures(windows[0]));
        Assert.Equal((false, 0.9995, 0.5), Figures(windows[1]));
        Assert.Equal(1, windows[1].GetProperty("shed").GetInt64());
        Assert.Equal((false, 0.9995, 0.5), Figures(windows[2]));
    }

    [Fact]
    public void Of_OneFailureInMillions_NeverTellsThatNothingFailed()
    {
        var windows = new AnswerWindows(_time.GetUtcNow());
        var answers = new LiveAnswers(_time);
        windows.Restore(new(_time.GetUtcNow(), [(_time.GetUtcNow(), new(99_999_999, 1, 0, 0))]));
        answers.Of(ServiceDefinition.Edge).Restore(windows.Keep(_time.GetUtcNow()));

        var month = Windows(answers, ServiceDefinition.Edge)[2];

        Assert.Equal((false, 0.999999, 0.99999), Figures(month));
    }

    [Fact]
    public void Of_AServiceWithoutAnObjective_TellsNoBudget()
    {
        var answers = new LiveAnswers(_time);
        answers.Of(ServiceDefinition.Worker).Count(AnswerKind.Good);

        var windows = Windows(answers, ServiceDefinition.Worker);

        Assert.All(windows, window => Assert.False(window.TryGetProperty("budgetLeft", out _)));
        Assert.All(windows, window => Assert.Equal(1.0, window.GetProperty("availability").GetDouble()));
    }

    [Fact]
    public void Of_TheWallClockSetBack_CountsOn()
    {
        var time = new TurnedBackTime();
        var answers = new LiveAnswers(time);
        answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Good);
        time.Wall = time.Wall.AddDays(-3);
        answers.Of(ServiceDefinition.Edge).Count(AnswerKind.Good);

        Assert.All(
            Windows(answers, ServiceDefinition.Edge), window => Assert.Equal(2, window.GetProperty("good").GetInt64()));
    }

    private sealed class TurnedBackTime : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2026, 11, 30, 14, 47, 30, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Wall;
    }

    private static (bool Whole, double Availability, double BudgetLeft) Figures(JsonElement window) => (
        window.GetProperty("whole").GetBoolean(), window.GetProperty("availability").GetDouble(),
        window.GetProperty("budgetLeft").GetDouble());

    private static List<JsonElement> Windows(LiveAnswers answers, ServiceDefinition service) =>
        [.. JsonDocument.Parse(ServiceText.Of(service, answers)).RootElement
            .GetProperty("availability").GetProperty("windows").EnumerateArray()];
}
