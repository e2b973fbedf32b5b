using Millrace.Billing;
using Millrace.Billing.Plans;
using Millrace.Management;
using Millrace.Management.Plans;
using Millrace.Management.Tenants;
using Millrace.Roles;
using Millrace.Serve;

namespace Millrace.Bills;

/// <summary>Composes billing, for its commands and for its role.</summary>
internal static class BillHost
{
    private const string PlanFileSetting = "Billing:PlanFile";
    private const string WorkFolderSetting = "Billing:WorkFolder";
    private const string DatabaseFileSetting = "Management:Store:File";
    private const string PostgresSetting = "Management:Store:Postgres";

    /// <summary>Reads the settings and adds what they name.</summary>
    /// <exception cref="InvalidDataException">They cannot be used; the message says why.</exception>
    public static WebApplicationBuilder Compose(BillArguments arguments, LogLevel least)
    {
        var builder = Settings.Builder();
        ConsoleLog.Use(builder.Logging, arguments.JsonLog, least);
        if (arguments.SettingsPath is { } path) Settings.AddFile(builder.Configuration, path);
        if (arguments.Data is { } data) AddFolder(builder.Configuration, data);
        if (arguments.PlansPath is { } plans)
            builder.Configuration.AddInMemoryCollection([new(PlanFileSetting, plans)]);
        if (!ObjectStores.Add(builder))
            throw new InvalidDataException("The settings name no object store, where raw usage stands (Storage).");
        Ledgers.Add(builder);
        AddPlans(builder);
        ColdStores.Add(builder);
        builder.Services.AddBilling();
        return builder;
    }

    /// <summary>Runs one act and tells of it: what was done on stdout, what was not on stderr.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(
        BillArguments arguments, Func<BillingOffice, Task<OfficeReport>> act, CancellationToken cancellationToken) =>
        RoleHost.GuardAsync(async () =>
        {
            var builder = Compose(arguments, LogLevel.Warning);
            if (Settings.Failures(builder.Services) is { Count: > 0 } failures) return RoleHost.Refuse([.. failures]);
            await using var app = builder.Build();
            if (app.Services.GetService<PlanChoices>() is not null)
                await app.Services.OpenManagementStoreAsync(cancellationToken);
            var report = await act(app.Services.GetRequiredService<BillingOffice>());
            foreach (var line in report.Lines) Console.Out.WriteLine(line);
            if (report.Failures.Count == 0) return ExitCode.Done;
            RoleHost.Refuse([.. report.Failures]);
            return report.IsRefused ? ExitCode.Unusable : ExitCode.Failed;
        });

    private static void AddFolder(ConfigurationManager settings, DirectoryInfo data)
    {
        if (!data.Exists) throw new InvalidDataException($"--data: there is no folder '{data.FullName}'.");
        Settings.AddFile(settings, DataFolder.SettingsOf(data.FullName));
        settings.AddInMemoryCollection(
        [
            new("Storage:Files:Folder", Path.Combine(data.FullName, "objects")),
            new("Ledger:Sqlite:Folder", DataFolder.LedgerOf(data.FullName)),
            new(WorkFolderSetting, Path.Combine(data.FullName, "billing")),
        ]);

        // A server that is open to everybody has no management, and none is made by looking for it.
        var database = Path.Combine(data.FullName, "management", "management.db");
        if (!File.Exists(database)) return;
        settings.AddInMemoryCollection(
        [
            new(DatabaseFileSetting, database),
            new("Management:Store:SealFile", Path.ChangeExtension(database, ".seal")),
        ]);
    }

    // A file goes before management: it is for services without it, and for trying prices out.
    private static void AddPlans(WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        if (settings[PlanFileSetting] is { Length: > 0 } path)
        {
            builder.Services.AddSingleton<IPlanHistory>(PlanFile.Read(path));
            return;
        }
        if (string.IsNullOrEmpty(settings[DatabaseFileSetting]) && string.IsNullOrEmpty(settings[PostgresSetting]))
        {
            throw new InvalidDataException(
                $"Nothing says what tenants pay: set {PlanFileSetting}, {PostgresSetting} or {DatabaseFileSetting}.");
        }
        builder.Services.AddManagementStore();
        builder.Services.AddSingleton<IPlanHistory>(provider => new ManagedPlans(
            provider.GetRequiredService<PlanChoices>(), provider.GetRequiredService<PlanBook>()));
    }
}

/// <summary>Where billing finds everything.</summary>
internal sealed record BillArguments
{
    /// <summary>JSON with settings; null: none.</summary>
    public string? SettingsPath { get; init; }

    /// <summary>Folder of a server on this machine; null: as the settings say.</summary>
    public DirectoryInfo? Data { get; init; }

    /// <summary>JSON with plans and who has them; null: as the settings say.</summary>
    public string? PlansPath { get; init; }

    /// <summary>Whether the log is JSON.</summary>
    public bool JsonLog { get; init; }
}
