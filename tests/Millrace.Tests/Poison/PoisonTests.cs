using System.Text;
using Millrace.Tests.Serve;

namespace Millrace.Tests.Poison;

/// <summary><c>millrace poison</c>, as operators call it.</summary>
public sealed class PoisonTests(SharedService shared) : IClassFixture<SharedService>
{
    private string Data => shared.Service.Data.Path;

    [Fact]
    public async Task List_OfTheServerOfAFolder_IsATable()
    {
        var (exitCode, output, errors) = await MillraceProcess.RunAsync(["poison", "list", "--data", Data]);

        Assert.True(exitCode == 0, errors);
        Assert.Contains("fingerprint", Encoding.UTF8.GetString(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OfAnEdgeByItsAddress_IsATable()
    {
        var edge = File.ReadAllText(Path.Combine(Data, "operator.url")).Trim();

        var (exitCode, output, errors) = await MillraceProcess.RunAsync(
            ["poison", "list", "--edge", edge, "--secret-file", Path.Combine(Data, "operator.secret")]);

        Assert.True(exitCode == 0, errors);
        Assert.Contains("fingerprint", Encoding.UTF8.GetString(output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no address", "--edge|here|--secret-file|x")]
    [InlineData("--data DIR", "--edge|http://127.0.0.1:9")]
    [InlineData("no fingerprint", "--data|DATA")]
    public async Task Release_OfWhatCannotBe_SaysWhy(string said, string arguments)
    {
        var list = arguments.Replace("DATA", Data, StringComparison.Ordinal).Split('|');
        var fingerprint = "none";

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(["poison", "release", fingerprint, .. list]);

        Assert.Equal(2, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }
}
