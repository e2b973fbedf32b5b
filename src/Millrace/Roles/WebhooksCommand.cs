using System.CommandLine;
using System.Security.Cryptography;
using Millrace.Edge.Telemetry;
using Millrace.Queue.Rabbit;
using Millrace.Webhooks;

namespace Millrace.Roles;

/// <summary>
/// <c>millrace webhooks</c>: a sender of webhooks of a region; it dials strangers, and nobody else does.
/// </summary>
internal static class WebhooksCommand
{
    private static readonly Option<string> Urls =
        RoleOptions.Urls("Where health and metrics are answered.", "http://127.0.0.1:9200");

    private static readonly Option<string> Brokers = RoleOptions.Brokers();
    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();
    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("webhooks", "Starts a sender of webhooks of a region.")
        {
            Urls, Brokers, SettingsFile, Log,
        };
        command.SetAction((parsed, cancellationToken) => RoleHost.GuardAsync(
            () => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        if (parsed.GetValue(SettingsFile) is { } file) Settings.AddFile(builder.Configuration, file.FullName);
        var settings = new Dictionary<string, string?>();
        BrokerList.AddTo(settings, parsed.GetRequiredValue(Brokers));
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls(parsed.GetRequiredValue(Urls));
        ConsoleLog.Use(builder.Logging, parsed.GetRequiredValue(Log) == "json", LogLevel.Information);
        if (!ObjectStores.Add(builder))
            return RoleHost.Refuse("The settings name no object store, where the jobs stand that webhooks tell of.");
        builder.Services.AddRabbitQueue(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddWebhookSender(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return await RoleHost.RunAsync(builder, Map, Greeting, cancellationToken);
    }

    private static void Map(WebApplication app)
    {
        app.MapMillraceTelemetry();
        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet("/health/ready", (SenderHealth health) => health.Unready is { } reason
            ? Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
    }

    private static string Greeting(WebApplication app, string address) =>
        $"millrace webhooks is ready: health and metrics at {address}";
}
