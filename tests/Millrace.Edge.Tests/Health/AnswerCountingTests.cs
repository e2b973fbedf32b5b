using System.Text.Json;
using Millrace.Core.Conversions;
using Millrace.Core.Promises;

namespace Millrace.Edge.Tests.Health;

/// <summary>What an edge tells at <c>/v1/service</c> of how it answered.</summary>
public sealed class AnswerCountingTests
{
    public static TheoryData<ConversionFailure, AnswerKind> Failures { get; } =
        new(Enum.GetValues<ConversionFailure>().Select(failure => (failure, failure switch
        {
            ConversionFailure.QueueFull => AnswerKind.Shed,
            > ConversionFailure.QueueFull => AnswerKind.Bad,
            _ => AnswerKind.Good,
        })));

    [Fact]
    public async Task Service_AfterAnswers_TellsThemButNotItsOwnNorHealths()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync();
        await server.ConvertAsync("?width=none");
        await server.Client.GetAsync("/v1/nowhere", TestContext.Current.CancellationToken);
        await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        await server.Client.GetAsync("/elsewhere", TestContext.Current.CancellationToken);
        await CountsAsync(server, answers: 3);

        Assert.Equal(new(3, 0, 0, 0), await CountsAsync(server, answers: 3));
    }

    [Theory, MemberData(nameof(Failures))]
    public async Task Service_AfterAFailure_CountsItByWhoseFaultItIs(ConversionFailure failure, AnswerKind kind)
    {
        await using var server = await EdgeServer.StartAsync(Converters.Failing(failure));

        await server.ConvertAsync();

        Assert.Equal(default(AnswerCounts).With(kind), await CountsAsync(server));
    }

    [Fact]
    public async Task Service_AfterABug_CountsItAsBad()
    {
        await using var server = await EdgeServer.StartAsync((_, _) => throw new InvalidOperationException("a bug"));

        await server.ConvertAsync();

        Assert.Equal(new(0, 1, 0, 0), await CountsAsync(server));
    }

    [Fact]
    public async Task Service_WhenFull_CountsWhatItRefusesApart()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Admission:RequestsMax", "1"));
        var first = server.ConvertAsync();
        await held.CameAsync();

        await (await server.ConvertAsync()).ProblemAsync(503, "requests-full");
        held.Release();
        await first;

        Assert.Equal(new(1, 0, 1, 0), await CountsAsync(server, answers: 2));
    }

    [Fact]
    public async Task Service_AfterAClientThatWent_CountsItAsUnheard()
    {
        var held = new HeldConverter();
        using var leaving = new CancellationTokenSource();
        await using var server = await EdgeServer.StartAsync(held.ConvertAsync);
        var request = server.ConvertAsync("", null, leaving.Token);
        await held.CameAsync();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        Assert.Equal(new(0, 0, 0, 1), await CountsAsync(server));
    }

    [Fact]
    public async Task Description_Always_HasEveryMemberOfTheAnswer()
    {
        await using var server = await EdgeServer.StartAsync();
        var token = TestContext.Current.CancellationToken;

        var answer = await server.Client.GetStringAsync(ServiceDefinition.Path, token);
        var document = JsonDocument.Parse(await server.Client.GetStringAsync("/openapi/v1.json", token)).RootElement;

        var described = document.GetProperty("paths").GetProperty(ServiceDefinition.Path).GetProperty("get")
            .GetProperty("responses").GetProperty("200").GetProperty("content")
            .GetProperty(ServiceText.MediaType).GetProperty("schema").GetProperty("properties");
        Assert.All(
            JsonDocument.Parse(answer).RootElement.EnumerateObject(),
            member => Assert.True(described.TryGetProperty(member.Name, out _), member.Name));
    }

    /// <summary>What is counted once there are so many: an answer is counted when its client may have it.</summary>
    private static async Task<AnswerCounts> CountsAsync(EdgeServer server, int answers = 1)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var text = await server.Client.GetStringAsync(
                ServiceDefinition.Path, TestContext.Current.CancellationToken);
            var windows = JsonDocument.Parse(text).RootElement.GetProperty("availability").GetProperty("windows")
                .EnumerateArray().Select(Read).Distinct().ToList();
            var counts = windows[0];
            var isAll = windows.Count == 1 && counts.Good + counts.Bad + counts.Shed + counts.Unheard >= answers;
            if (isAll || TimeProvider.System.GetElapsedTime(start) > EdgeServer.Patience)
                return Assert.Single(windows);
            await Task.Yield();
        }
    }

    private static AnswerCounts Read(JsonElement window) => new(
        window.GetProperty("good").GetInt64(), window.GetProperty("bad").GetInt64(),
        window.GetProperty("shed").GetInt64(), window.GetProperty("unheard").GetInt64());
}
