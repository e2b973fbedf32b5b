using System.Globalization;
using System.Security.Cryptography;
using Millrace.Core.Handover;
using Millrace.Core.Identity;
using Millrace.Core.Promises;
using Millrace.Edge;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Identity;
using Millrace.Edge.Internal;
using Millrace.Edge.Jobs;
using Millrace.Edge.Telemetry;
using Millrace.Edge.Webhooks;
using Millrace.Management;
using Millrace.Queue.Sqlite;
using Millrace.Roles;
using Millrace.Webhooks;
using Millrace.Worker;
using Millrace.Worker.Pool;

namespace Millrace.Serve;

/// <summary>
/// Composes and runs the embedded service: edge, queue and worker in one process, the same code as in a cluster.
/// </summary>
internal static class Server
{
    /// <summary>Serves until told to stop.</summary>
    /// <returns>An <see cref="ExitCode"/>; whatever keeps it from serving was said on stderr, a line each.</returns>
    public static async Task<int> RunAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Refusal() is { } refusal) return RoleHost.Refuse(refusal);
        return await RoleHost.GuardAsync(async () =>
        {
            using var folder = DataFolder.Open(arguments.Data);
            await using var management = arguments.Open
                ? null
                : await EmbeddedManagement.StartAsync(arguments, folder, cancellationToken);
            var builder = Compose(arguments, folder, management);
            return await RoleHost.RunAsync(
                builder, app => Map(app, folder, management), (_, address) => Greeting(address, management),
                cancellationToken);
        });
    }

    // Hosted services start in this order and stop in the other: who asks stops before who answers.
    private static WebApplicationBuilder Compose(
        ServeArguments arguments, DataFolder folder, EmbeddedManagement? management)
    {
        var builder = Settings.Builder();
        Settings.AddFile(builder.Configuration, folder.SettingsPath);
        builder.Configuration.AddInMemoryCollection(FromCommandLine(arguments, folder));
        builder.WebHost.UseUrls(arguments.Urls);
        ConsoleLog.Use(builder.Logging, arguments.JsonLog, LogLevel.Information);
        Settings.AddLimits(builder.Services);
        AnswerKeeping.Add(builder, ServiceDefinition.Edge, ServiceDefinition.Worker, ServiceDefinition.Webhooks);
        builder.Services.AddKernelPool();
        ObjectStores.Add(builder);
        Ledgers.AddToEdge(builder);
        builder.Services.AddSqliteQueue();
        UsageRecording.Add(builder, "serve", name: null);
        builder.Services.AddWorkerLeases();
        builder.Services.AddWorkerJobs();
        builder.Services.AddEdge();
        AddCallers(builder.Services, management);
        builder.Services.AddEdgeDispatch();
        builder.Services.AddEdgeJobs().AddEdgeWebhooks();
        builder.Services.AddWebhookSender(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddInProcessLink(provider => provider.GetRequiredService<Func<WorkerIdentity>>()());
        builder.Services.AddEdgeInternal();
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return builder;
    }

    private static void AddCallers(IServiceCollection services, EmbeddedManagement? management)
    {
        if (management is null)
        {
            services.AddEdgeOpen();
            return;
        }
        services.AddSingleton(management.Feed).AddEdgeIdentity(
            RandomNumberGenerator.GetInt32(int.MaxValue), IdentityRole.Embedded);
        services.AddHostedService<FirstTable>();
    }

    private static Dictionary<string, string?> FromCommandLine(ServeArguments arguments, DataFolder folder)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Queue:Sqlite:Folder"] = folder.QueuePath,
            ["Storage:Files:Folder"] = folder.ObjectsPath,
            ["Ledger:Sqlite:Folder"] = folder.LedgerPath,
            ["Metering:Folder"] = folder.UsagePath,
            ["Service:Folder"] = folder.AnswersPath,
            ["Edge:Internal:Urls"] = "http://127.0.0.1:0",
            ["Edge:Internal:SecretFile"] = folder.SecretPath,
        };
        if (arguments.Sandbox != SandboxDemand.Required)
            settings["Worker:Pool:Sandbox"] = arguments.Sandbox.ToString();
        if (arguments.Kernels is { } kernels)
        {
            var text = kernels.ToString(CultureInfo.InvariantCulture);
            (settings["Worker:Pool:Kernels"], settings["Edge:Admission:Lanes"]) = (text, text);
        }
        Settings.AddFaultSwitch(settings);
        return settings;
    }

    private static void Map(WebApplication app, DataFolder folder, EmbeddedManagement? management)
    {
        app.MapEdge();
        if (management is not null) app.MapAccount(management.Services);
        app.MapMillraceTelemetry();
        app.Lifetime.ApplicationStarted.Register(
            () => folder.TellOperators(app.Services.GetRequiredService<InternalAddresses>().All.First()));
    }

    private static string Greeting(string address, EmbeddedManagement? management)
    {
        var (header, note) = management switch
        {
            null => ("", ""),
            { FirstKey: { } key } => ($"-H 'Authorization: Bearer {key}' ", "; the key is shown this once"),
            _ => ("-H \"Authorization: Bearer $KEY\" ", ""),
        };
        return $"millrace is ready: curl {header}--data-binary @photo.jpg "
            + $"'{address}/v1/images:convert?width=300&format=webp' -o out.webp (more at {address}/docs{note})";
    }
}
