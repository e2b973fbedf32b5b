using System.CommandLine;
using System.Security.Cryptography;
using Millrace.Core.Identity;
using Millrace.Core.Promises;
using Millrace.Edge.Telemetry;
using Millrace.Identity;
using Millrace.Identity.Following;
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
    private static readonly Option<FileInfo?> SecretFile = new("--secret-file")
    {
        Description = "File with the secret of the region, by which management knows this process. Needed without "
            + "--open.",
    };

    private static readonly Option<bool> Open = new("--open")
    {
        Description = "Take endpoints from the settings instead of management, for edges that serve without API keys.",
    };

    private static readonly FollowerOptions Follower = new();
    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();
    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("webhooks", "Starts a sender of webhooks of a region.")
        {
            Urls, Brokers, SecretFile, Open, SettingsFile, Log,
        };
        Follower.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RoleHost.GuardAsync(
            () => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var builder = Settings.Builder();
        if (parsed.GetValue(SettingsFile) is { } file) Settings.AddFile(builder.Configuration, file.FullName);
        var settings = new Dictionary<string, string?>();
        BrokerList.AddTo(settings, parsed.GetRequiredValue(Brokers));
        Follower.Write(settings, parsed, parsed.GetValue(SecretFile));
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls(parsed.GetRequiredValue(Urls));
        ConsoleLog.Use(builder.Logging, parsed.GetRequiredValue(Log) == "json", LogLevel.Information);
        if (!ObjectStores.Add(builder))
            return RoleHost.Refuse("The settings name no object store, where the jobs stand that webhooks tell of.");
        AnswerKeeping.Add(builder, ServiceDefinition.Webhooks);
        builder.Services.AddRabbitQueue(RandomNumberGenerator.GetInt32(int.MaxValue));
        if (!parsed.GetValue(Open)) AddEndpoints(builder.Services);
        builder.Services.AddWebhookSender(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return await RoleHost.RunAsync(builder, Map, Greeting, cancellationToken);
    }

    private static void AddEndpoints(IServiceCollection services) => services.AddHttpIdentityFeed().AddIdentity(
        IdentityRole.Sender, RandomNumberGenerator.GetInt32(int.MaxValue));

    private static void Map(WebApplication app)
    {
        app.MapMillraceTelemetry();
        app.MapService(ServiceDefinition.Webhooks);
        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet("/health/ready", (SenderHealth health) => (Unknowing(app) ?? health.Unready) is { } reason
            ? Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
    }

    private static string? Unknowing(WebApplication app) =>
        app.Services.GetService<KnownTenants>() is { Table: null }
            ? "Management was not heard yet, and there is no copy of what it told earlier."
            : null;

    private static string Greeting(WebApplication app, string address) =>
        $"millrace webhooks is ready: health and metrics at {address}";
}
