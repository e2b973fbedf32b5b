using System.Text;
using System.Text.Json;

namespace Millrace.Tests.Bills;

/// <summary>Billing's commands as an operator meets them: what they say, and with which exit code.</summary>
public sealed class BillCommandTests
{
    private const string NoPlans = """{"plans": {}, "tenants": {}}""";

    [Theory]
    [InlineData(0, "sealed: nothing yet", "bill|status")]
    [InlineData(0, "0 sealed, 0 open", "bill|seal")]
    [InlineData(2, "No hour is sealed here", "bill|--period|2020-01")]
    [InlineData(2, "'2020-13' is no month", "bill|--period|2020-13")]
    [InlineData(2, "2199-01 is not over", "bill|--period|2199-01")]
    [InlineData(2, "name no ledger", "bill|reconcile|--period|2020-01")]
    [InlineData(1, "There is no epoch 7 of edge-9", "bill|declare-lost|edge-9|7|--reason|burned")]
    [InlineData(2, "name no cold store", "archive|run")]
    [InlineData(2, "name no cold store", "archive|verify")]
    [InlineData(2, "'x' is no day", "archive|restore|--date|x")]
    public async Task Commands_OnAnEmptyStore_SayWhatIsSo(int exitCode, string said, string arguments)
    {
        using var folder = new TemporaryFolder();
        folder.Write("plans.json", Encoding.UTF8.GetBytes(NoPlans));
        folder.Write("bill.json", Settings(folder));

        var (code, output, errors) = await MillraceProcess.RunAsync(
            [.. arguments.Split('|'), "--settings", Path.Combine(folder.Path, "bill.json")]);

        var all = Encoding.UTF8.GetString(output) + errors;
        Assert.Contains(said, all, StringComparison.Ordinal);
        Assert.Equal(exitCode, code);
    }

    [Fact]
    public async Task Status_OfAFolderThatIsNotThere_SaysSo()
    {
        var (code, _, errors) = await MillraceProcess.RunAsync(["bill", "status", "--data", "/nowhere/at/all"]);

        Assert.Equal(2, code);
        Assert.Contains("there is no folder '/nowhere/at/all'", errors, StringComparison.Ordinal);
    }

    private static byte[] Settings(TemporaryFolder folder) => JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, string>
        {
            ["Storage:Files:Folder"] = Path.Combine(folder.Path, "objects"),
            ["Billing:WorkFolder"] = Path.Combine(folder.Path, "work"),
            ["Billing:PlanFile"] = Path.Combine(folder.Path, "plans.json"),
        });
}
