using System.CommandLine;
using Millrace.Core.Promises;
using Millrace.Edge.Telemetry;
using Millrace.Management;
using Millrace.Management.Operators;
using Millrace.Roles;

namespace Millrace.Manage;

/// <summary><c>millrace manage</c>: the control plane. Nobody's images stop while it is down.</summary>
internal static class ManageCommand
{
    private static readonly Option<string> Urls = RoleOptions.Urls(
        "Where operators, tenants and edges are heard, apart from the data plane; https needs a certificate.",
        "http://127.0.0.1:9300");

    private static readonly Option<string> Database = new("--database")
    {
        Description = "A file for SQLite, for one process; or a connection string of PostgreSQL (Host=…;Database=…), "
            + "for any number.",
        Required = true,
    };

    private static readonly Option<FileInfo?> PasswordFile = new("--password-file")
    {
        Description = "File with PostgreSQL's password in its first line. Default: what PGPASSWORD has.",
    };

    private static readonly Option<FileInfo?> SealFile = new("--seal-file")
    {
        Description = "File with the key that seals secrets in the database, made if need be; all replicas have the "
            + "same. Default: beside the file of SQLite.",
    };

    private static readonly Option<FileInfo?> SecretFile = new("--secret-file")
    {
        Description = "File with the secret that edges, workers and senders of a region share: who has it reads the "
            + "feed. Without it nobody does.",
    };

    private static readonly Option<bool> ResetToken = new("--reset-token")
    {
        Description = "Make the first owner's token anew, print it and end; the one before is worth nothing then.",
    };

    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();
    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("manage", "Starts management: tenants, keys, plans, and the feed that edges follow.")
        {
            Urls, Database, PasswordFile, SealFile, SecretFile, ResetToken, SettingsFile, Log,
        };
        command.SetAction((parsed, cancellationToken) => RoleHost.GuardAsync(
            () => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var builder = ManagementHost.Compose(
            parsed.GetRequiredValue(Urls), parsed.GetValue(SettingsFile)?.FullName, FromCommandLine(parsed),
            parsed.GetRequiredValue(Log) == "json");
        if (parsed.GetValue(ResetToken)) return await ResetAsync(builder, cancellationToken);
        AnswerKeeping.Add(builder, ServiceDefinition.Management);
        builder.Services.AddFirstOperator();
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return await RoleHost.RunAsync(builder, Map, Greeting, cancellationToken);
    }

    private static async Task<int> ResetAsync(WebApplicationBuilder builder, CancellationToken cancellationToken)
    {
        if (Settings.Failures(builder.Services) is { Count: > 0 } failures) return RoleHost.Refuse([.. failures]);
        await using var app = builder.Build();
        await app.Services.OpenManagementStoreAsync(cancellationToken);
        Console.Out.WriteLine(await app.Services.GetRequiredService<OperatorTokens>().ResetAsync(cancellationToken));
        return ExitCode.Done;
    }

    private static Dictionary<string, string?> FromCommandLine(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>();
        var database = parsed.GetRequiredValue(Database);
        // No path of ours needs an equals sign, and no connection string does without.
        if (database.Contains('=', StringComparison.Ordinal))
        {
            settings["Management:Store:Postgres"] = database;
        }
        else
        {
            settings["Management:Store:File"] = Path.GetFullPath(database);
            settings["Management:Store:SealFile"] = Path.GetFullPath(database) + ".seal";
            settings["Service:Folder"] = Path.GetDirectoryName(Path.GetFullPath(database));
        }
        if (parsed.GetValue(PasswordFile) is { } password)
            settings["Management:Store:PasswordFile"] = password.FullName;
        if (parsed.GetValue(SealFile) is { } seal) settings["Management:Store:SealFile"] = seal.FullName;
        if (parsed.GetValue(SecretFile) is { } secret) settings["Management:Callers:SecretFile"] = secret.FullName;
        return settings;
    }

    private static void Map(WebApplication app)
    {
        app.MapManagement();
        app.MapPrometheusScrapingEndpoint("/metrics").DisableHttpMetrics().ForEverybody();
    }

    private static string Greeting(WebApplication app, string address)
    {
        var ready = $"millrace manage is ready: {address} (more at {address}/docs)";
        return app.Services.GetRequiredService<FirstOperator>().Token is { } token
            ? $"{ready}\nthe first owner's token, shown this once: {token}"
            : ready;
    }
}
