using System.CommandLine;
using System.Text.Json.Nodes;

namespace Millrace.Admin;

/// <summary><c>millrace tenants</c>.</summary>
internal static class TenantsCommand
{
    private static readonly string[] Columns = ["id", "name", "state", "plan", "createdAt", "deletedAt"];

    private static readonly Argument<string> Tenant = new("tenant") { Description = "As listed." };

    private static readonly Option<string> Name = new("--name") { Description = "For people.", Required = true };

    private static readonly Option<string> Plan = new("--plan")
    {
        Description = "An existing plan.",
        DefaultValueFactory = _ => "standard",
    };

    private static readonly Option<string?> NewName = new("--name") { Description = "For people." };
    private static readonly Option<string?> NewPlan = new("--plan") { Description = "An existing plan." };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Only these: active, suspended or deleted.",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most that are listed.",
        DefaultValueFactory = _ => 1000,
    };

    public static Command Create()
    {
        var list = new Command("list", "Lists tenants.") { State, Limit };
        list.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => client.ListAsync(
            parsed.GetValue(State) is { } state ? "tenants?state=" + Uri.EscapeDataString(state) : "tenants",
            Columns, parsed.GetValue(Limit), token)));
        var create = new Command("create", "Makes a tenant.") { Name, Plan };
        create.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => client.PostAsync(
            "tenants", new JsonObject { ["name"] = parsed.GetValue(Name), ["plan"] = parsed.GetValue(Plan) }, token)));
        var change = new Command("change", "Changes a tenant's name or plan.") { Tenant, NewName, NewPlan };
        change.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => client.PutAsync(
            Path(parsed), tenant => Changed(tenant, parsed.GetValue(NewName), parsed.GetValue(NewPlan)), token)));
        return AdminOptions.With(new Command("tenants", "Tenants: whose images are converted.")
        {
            list, create, change,
            Of("show", "Shows a tenant.", (client, parsed, token) => client.ShowAsync(Path(parsed), token)),
            Of("suspend", "Refuses a tenant's requests until it is resumed.",
                (client, parsed, token) => client.PostAsync(Path(parsed) + ":suspend", null, token)),
            Of("resume", "Serves a tenant again, also one that was deleted, while the grace lasts.",
                (client, parsed, token) => client.PostAsync(Path(parsed) + ":resume", null, token)),
            Of("delete", "Deletes a tenant; it can be resumed while the grace lasts.",
                (client, parsed, token) => client.DeleteAsync(
                    Path(parsed), $"Deleted {parsed.GetValue(Tenant)}; resume takes it back while the grace lasts.",
                    token)),
        });
    }

    private static Command Of(
        string name, string does, Func<AdminClient, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, does) { Tenant };
        command.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => act(client, parsed, token)));
        return command;
    }

    private static string Path(ParseResult parsed) =>
        "tenants/" + Uri.EscapeDataString(parsed.GetRequiredValue(Tenant));

    private static JsonObject Changed(JsonNode? tenant, string? name, string? plan)
    {
        var changed = new JsonObject
        {
            ["name"] = name ?? tenant?["name"]?.GetValue<string>(),
            ["plan"] = plan ?? tenant?["plan"]?.GetValue<string>(),
        };
        if (tenant?["overrides"] is { } overrides) changed["overrides"] = overrides.DeepClone();
        return changed;
    }
}
