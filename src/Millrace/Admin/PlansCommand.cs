using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Millrace.Admin;

/// <summary><c>millrace plans</c>.</summary>
internal static class PlansCommand
{
    private const int LimitMax = 1000;
    private static readonly string[] Columns = ["plan", "version", "currency", "monthlyMicros", "limits"];
    private static readonly string[] HistoryColumns = ["version", "from", "currency", "monthlyMicros", "limits"];

    private static readonly Argument<string> Plan = new("plan") { Description = "Its name." };

    private static readonly Argument<FileInfo> File = new("file")
    {
        Description = "JSON of what it gives and costs: what show --json prints, without plan and version.",
    };

    public static Command Create()
    {
        var list = new Command("list", "Lists the plans.");
        list.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.ListAsync("plans", Columns, LimitMax, token)));
        var show = new Command("show", "Shows a plan.") { Plan };
        show.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.ShowAsync(Path(parsed), token)));
        var history = new Command("history", "Lists the versions of a plan.") { Plan };
        history.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.ListAsync(Path(parsed) + "/versions", HistoryColumns, LimitMax, token)));
        var put = new Command("put", "Makes a plan, or a new version of it that holds from now on.") { Plan, File };
        put.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.PutAsync(Path(parsed), _ => Read(parsed.GetRequiredValue(File)), token)));
        return AdminOptions.With(new Command("plans", "Plans: what tenants may, and what it costs.")
        {
            list, show, put, history,
        });
    }

    private static string Path(ParseResult parsed) => "plans/" + Uri.EscapeDataString(parsed.GetRequiredValue(Plan));

    // What the service told of the plan besides its terms is no part of what it takes.
    private static JsonObject Read(FileInfo file)
    {
        try
        {
            var terms = JsonNode.Parse(System.IO.File.ReadAllText(file.FullName)) as JsonObject
                ?? throw new InvalidDataException($"'{file.FullName}' holds no JSON object.");
            foreach (var told in new[] { "plan", "version", "from" }) terms.Remove(told);
            return terms;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{file.FullName}' cannot be read: {exception.Message}", exception);
        }
    }
}
