using Millrace.Edge.Usage;
using Millrace.Ledger.Dynamo;
using Millrace.Ledger.Sqlite;

namespace Millrace.Roles;

/// <summary>Chooses the usage ledger by the settings.</summary>
internal static class Ledgers
{
    private const string KindSetting = "Ledger:Kind";
    private const string TableSetting = "Ledger:Dynamo:Table";
    private const string FolderSetting = "Ledger:Sqlite:Folder";

    /// <summary>
    /// Adds the ledger that <c>Ledger:Kind</c> names, <c>dynamo</c> or <c>sqlite</c>; without it that of the DynamoDB
    /// API when there is a table, SQLite when there is a folder.
    /// </summary>
    /// <returns>False when the settings name none: the role then does without what needs one.</returns>
    /// <exception cref="InvalidDataException">The kind is none.</exception>
    public static bool Add(WebApplicationBuilder builder)
    {
        switch (KindOf(builder.Configuration))
        {
            case "dynamo":
                builder.Services.AddDynamoLedger();
                return true;
            case "sqlite":
                builder.Services.AddSqliteLedger();
                return true;
            case "":
                return false;
            case var other:
                throw new InvalidDataException($"{KindSetting}: '{other}' is neither 'dynamo' nor 'sqlite'.");
        }
    }

    /// <summary>Adds usage to an edge whose ledger is there.</summary>
    public static void AddToEdge(WebApplicationBuilder builder)
    {
        if (Add(builder)) builder.Services.AddEdgeUsage();
    }

    private static string KindOf(ConfigurationManager settings)
    {
        if (settings[KindSetting] is { Length: > 0 } kind) return kind.ToLowerInvariant();
        if (!string.IsNullOrEmpty(settings[TableSetting])) return "dynamo";
        return string.IsNullOrEmpty(settings[FolderSetting]) ? "" : "sqlite";
    }
}
