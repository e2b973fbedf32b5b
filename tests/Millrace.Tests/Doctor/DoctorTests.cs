using System.Text;
using Millrace.Tests.Serve;

namespace Millrace.Tests.Doctor;

/// <summary>The doctor at a server that runs, and at things that are not well.</summary>
public sealed class DoctorTests
{
    private static readonly string[] Parts =
        ["kernel", "disk of usage", "disk of objects", "store", "clock", "ledger", "member"];

    private static readonly string[] Unanswered =
        ["broker 127.0.0.1:1", "queue", "feed", "member 127.0.0.1:1", "member 127.0.0.1:2"];

    [Fact]
    public async Task Doctor_AtAServerThatRuns_FindsAllWell()
    {
        await using var service = await Service.StartAsync();

        var (code, said) = await RunAsync(
            "--data", service.Data.Path, "--members", service.Address.GetLeftPart(UriPartial.Authority));

        Assert.True(code == 0, said);
        Assert.DoesNotContain("BAD", said, StringComparison.Ordinal);
        foreach (var part in Parts) Assert.Contains($" {part}", said, StringComparison.Ordinal);
        Assert.Contains("edge ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WhereNobodyAnswers_NamesEachAndEndsWithOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret", Encoding.ASCII.GetBytes("a-secret-of-the-whole-region-of-tests"));

        var (code, said) = await RunAsync(
            "--brokers", "amqp://127.0.0.1:1", "--management", "http://127.0.0.1:1", "--members", "http://127.0.0.1:2",
            "--secret-file", Path.Combine(folder.Path, "secret"));

        Assert.Equal(1, code);
        foreach (var part in Unanswered) Assert.Contains($"BAD  {part}: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AtAFolderThatCannotBeWritten_SaysSo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", []);
        folder.Write("settings.json", Encoding.UTF8.GetBytes(
            $$"""{"Identity:Folder": "{{Path.Combine(folder.Path, "file", "below")}}"}"""));

        var (code, said) = await RunAsync("--settings", Path.Combine(folder.Path, "settings.json"));

        Assert.Equal(1, code);
        Assert.Contains("BAD  disk of identity", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--members", "nowhere", "each must be http://host:port")]
    [InlineData("--data", "/nowhere/at/all", "there is no folder '/nowhere/at/all'")]
    public async Task Doctor_WithAWrongCommandLine_BeginsNothing(string option, string value, string said)
    {
        var (code, all) = await RunAsync(option, value);

        Assert.Equal(2, code);
        Assert.Contains(said, all, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(
            ["doctor", .. arguments], null,
            ("MILLRACE_RABBIT_USER", "somebody"), ("MILLRACE_RABBIT_PASSWORD", "secret"));
        return (code, Encoding.UTF8.GetString(output) + errors);
    }
}
