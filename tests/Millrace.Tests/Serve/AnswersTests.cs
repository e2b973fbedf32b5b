using System.Text;
using System.Text.Json;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>What a server tells of its own answers, and what of that outlives it.</summary>
public sealed class AnswersTests
{
    private const string Quick = """{ "Service": { "KeepInterval": "00:00:01" } }""";

    private const string Never = """{ "Service": { "KeepInterval": "01:00:00" } }""";

    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_AfterAnswers_TellsThemInTheMonthAndNotInTheHour()
    {
        await using var service = await Service.StartAsync(Quick);
        await service.BytesAsync(Photo);
        await service.ProblemAsync(Photo, "width=none");
        var began = (await WindowsAsync(service))[2].GetProperty("since").GetString();
        var kept = Path.Combine(service.Data.Path, "answers", "answers.edge");
        await Patience.UntilAsync(
            () => File.Exists(kept) && File.ReadAllText(kept).Contains(" 2 0 0 0\n", StringComparison.Ordinal),
            "it is kept");

        await service.KillAndRestartAsync();

        var windows = await WindowsAsync(service);
        Assert.Equal([0, 0, 2], windows.Select(window => window.GetProperty("good").GetInt64()));
        Assert.Equal(began, windows[2].GetProperty("since").GetString());
        Assert.Equal(1, windows[2].GetProperty("budgetLeft").GetDouble());
        Assert.False(windows[0].TryGetProperty("availability", out _));
    }

    [Fact]
    public async Task Started_OnWhatIsDamaged_SaysSoAndCountsSinceThen()
    {
        await using var service = await Service.StartAsync(Never);
        await service.BytesAsync(Photo);
        var folder = Directory.CreateDirectory(Path.Combine(service.Data.Path, "answers"));
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "answers.edge"), "millrace answers 1\n", Encoding.ASCII, Cancel);

        await service.KillAndRestartAsync();

        Assert.All(await WindowsAsync(service), window => Assert.Equal(0, window.GetProperty("good").GetInt64()));
        Assert.Contains("answers.edge is damaged", service.Process.Errors, StringComparison.Ordinal);
    }

    private static async Task<List<JsonElement>> WindowsAsync(Service service)
    {
        var text = await service.Client.GetStringAsync("/v1/service", Cancel);
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("availability").GetProperty("windows")
            .EnumerateArray()];
    }
}
