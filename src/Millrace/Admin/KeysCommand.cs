using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Millrace.Admin;

/// <summary><c>millrace keys</c>.</summary>
internal static class KeysCommand
{
    private const int LimitMax = 1000;
    private static readonly string[] Columns = ["id", "name", "scopes", "createdAt", "expiresAt", "revokedAt"];

    private static readonly Argument<string> Tenant = new("tenant") { Description = "Whose." };
    private static readonly Argument<string> Key = new("key") { Description = "Its id, as listed; not the key." };

    private static readonly Option<string> Name = new("--name")
    {
        Description = "For people.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string> Scopes = new("--scopes")
    {
        Description = "What it opens, with commas between.",
        DefaultValueFactory = _ => "convert,jobs",
    };

    private static readonly Option<DateTimeOffset?> Expires = new("--expires")
    {
        Description = "From when on it opens nothing, for example 2027-01-31T00:00:00Z. Default: never.",
    };

    private static readonly Option<int> Overlap = new("--overlap")
    {
        Description = "Seconds for which the old key goes on.",
        DefaultValueFactory = _ => 24 * 60 * 60,
    };

    public static Command Create()
    {
        var list = new Command("list", "Lists a tenant's keys, revoked ones too.") { Tenant };
        list.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.ListAsync(Path(parsed), Columns, LimitMax, token)));
        var create = new Command("create", "Makes a key and prints it, this once.") { Tenant, Name, Scopes, Expires };
        create.SetAction((parsed, token) => AdminOptions.RunAsync(
            parsed, client => client.PostAsync(Path(parsed), Wish(parsed), token)));
        var rotate = new Command("rotate", "Makes a key in place of another and prints it, this once.")
        {
            Tenant, Key, Overlap,
        };
        rotate.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => client.PostAsync(
            string.Create(
                CultureInfo.InvariantCulture, $"{One(parsed)}:rotate?overlapSeconds={parsed.GetValue(Overlap)}"),
            null, token)));
        var revoke = new Command("revoke", "Revokes a key, everywhere within seconds, for ever.") { Tenant, Key };
        revoke.SetAction((parsed, token) => AdminOptions.RunAsync(parsed, client => client.DeleteAsync(
            One(parsed), $"Revoked {parsed.GetValue(Key)}.", token)));
        return AdminOptions.With(new Command("keys", "API keys of tenants.") { list, create, rotate, revoke });
    }

    private static string Path(ParseResult parsed) =>
        $"tenants/{Uri.EscapeDataString(parsed.GetRequiredValue(Tenant))}/keys";

    private static string One(ParseResult parsed) =>
        $"{Path(parsed)}/{Uri.EscapeDataString(parsed.GetRequiredValue(Key))}";

    private static JsonObject Wish(ParseResult parsed)
    {
        var scopes = parsed.GetRequiredValue(Scopes).Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var wish = new JsonObject
        {
            ["name"] = parsed.GetValue(Name),
            ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]),
        };
        if (parsed.GetValue(Expires) is { } end) wish["expiresAt"] = end.ToString("O", CultureInfo.InvariantCulture);
        return wish;
    }
}
