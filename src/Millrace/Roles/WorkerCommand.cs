using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Millrace.Core.Poison;
using Millrace.Core.Promises;
using Millrace.Edge.Health;
using Millrace.Edge.Telemetry;
using Millrace.Queue.Rabbit;
using Millrace.Worker;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Roles;

/// <summary><c>millrace worker</c>: kernels, and no state. Its one address answers health and metrics.</summary>
internal static class WorkerCommand
{
    private static readonly Option<string> Urls =
        RoleOptions.Urls("Where health and metrics are answered.", "http://127.0.0.1:9100");

    private static readonly Option<string> Brokers = RoleOptions.Brokers();
    private static readonly Option<FileInfo> SecretFile = RoleOptions.SecretFile();
    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();
    private static readonly Option<string?> Name = RoleOptions.Name();
    private static readonly Option<int?> Kernels = RoleOptions.Kernels();
    private static readonly Option<string> Sandbox = RoleOptions.Sandbox();
    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("worker", "Starts a worker of a region: it leases tickets and converts.")
        {
            Urls, Brokers, SecretFile, Name, Kernels, Sandbox, SettingsFile, Log,
        };
        command.SetAction((parsed, cancellationToken) => RoleHost.GuardAsync(
            () => RoleHost.RunAsync(Compose(parsed), Map, Greeting, cancellationToken)));
        return command;
    }

    private static WebApplicationBuilder Compose(ParseResult parsed)
    {
        var builder = Settings.Builder();
        if (parsed.GetValue(SettingsFile) is { } file) Settings.AddFile(builder.Configuration, file.FullName);
        builder.Configuration.AddInMemoryCollection(FromCommandLine(parsed));
        builder.WebHost.UseUrls(parsed.GetRequiredValue(Urls));
        ConsoleLog.Use(builder.Logging, parsed.GetRequiredValue(Log) == "json", LogLevel.Information);
        Settings.AddLimits(builder.Services);
        builder.Services.AddRabbitQueue(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddKernelPool();
        builder.Services.AddHttpEdgeLink();
        Ledgers.Add(builder);
        if (ObjectStores.IsConfigured(builder.Configuration))
            UsageRecording.Add(builder, "worker", parsed.GetValue(Name));
        AnswerKeeping.Add(builder, ServiceDefinition.Worker);
        builder.Services.AddWorkerLeases();
        DurableJobs.AddToWorker(builder);
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return builder;
    }

    private static Dictionary<string, string?> FromCommandLine(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Worker:Edges:SecretPath"] = parsed.GetRequiredValue(SecretFile).FullName,
        };
        if (parsed.GetValue(Name) is { } name) settings["Worker:Leases:Name"] = name;
        if (parsed.GetValue(Kernels) is { } kernels)
            settings["Worker:Pool:Kernels"] = kernels.ToString(CultureInfo.InvariantCulture);
        var sandbox = RoleOptions.ToDemand(parsed.GetRequiredValue(Sandbox));
        if (sandbox != SandboxDemand.Required) settings["Worker:Pool:Sandbox"] = sandbox.ToString();
        BrokerList.AddTo(settings, parsed.GetRequiredValue(Brokers));
        Settings.AddFaultSwitch(settings);
        return settings;
    }

    private static void Map(WebApplication app)
    {
        app.MapMillraceTelemetry();
        app.MapService(ServiceDefinition.Worker);
        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet("/health/ready", (LeaseHealth health, IPoisonLedger ledger, IEnumerable<NeededPart> parts) =>
            Unready(health, ledger, parts) is { } reason
                ? Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Text("ok\n"));
    }

    private static string? Unready(LeaseHealth health, IPoisonLedger ledger, IEnumerable<NeededPart> parts) =>
        health.Unready ?? ledger.Behind
        ?? parts.Select(part => part.Unready()).FirstOrDefault(reason => reason is not null);

    private static string Greeting(WebApplication app, string address) =>
        $"millrace worker is ready: health and metrics at {address}";
}
