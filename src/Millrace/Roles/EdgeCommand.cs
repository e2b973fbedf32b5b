using System.CommandLine;
using System.Security.Cryptography;
using Millrace.Core.Promises;
using Millrace.Edge;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Identity;
using Millrace.Edge.Internal;
using Millrace.Edge.Telemetry;
using Millrace.Identity;
using Millrace.Queue.Rabbit;

namespace Millrace.Roles;

/// <summary><c>millrace edge</c>: an API server of a region, without state and without kernels.</summary>
internal static class EdgeCommand
{
    private static readonly Option<string> Urls =
        RoleOptions.Urls("Where clients are served, separated by semicolons.", "http://127.0.0.1:8080");

    private static readonly Option<string> InternalUrls = new("--internal-urls")
    {
        Description = "Where workers and operators are heard, apart from clients; https needs a certificate.",
        DefaultValueFactory = _ => "http://127.0.0.1:9000",
    };

    private static readonly Option<string?> Advertised = new("--advertise")
    {
        Description = "The address by which workers reach that. Default: the first of --internal-urls.",
    };

    private static readonly FollowerOptions Follower = new();
    private static readonly Option<bool> Open = RoleOptions.Open();
    private static readonly Option<string> Brokers = RoleOptions.Brokers();
    private static readonly Option<FileInfo> SecretFile = RoleOptions.SecretFile();
    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();
    private static readonly Option<string?> Name = RoleOptions.Name();
    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("edge", "Starts an API server of a region: workers and queue are elsewhere.")
        {
            Urls, InternalUrls, Advertised, Brokers, SecretFile, Open, Name, SettingsFile, Log,
        };
        Follower.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var refusal = Loopback.Refusal(parsed.GetRequiredValue(Urls), parsed.GetValue(Open));
        if (refusal is not null) return RoleHost.Refuse(refusal);
        return await RoleHost.GuardAsync(
            () => RoleHost.RunAsync(Compose(parsed), Map, Greeting, cancellationToken));
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
        Ledgers.AddToEdge(builder);
        UsageRecording.Add(builder, "edge", parsed.GetValue(Name));
        AnswerKeeping.Add(builder, ServiceDefinition.Edge);
        builder.Services.AddEdge();
        AddCallers(builder.Services, parsed.GetValue(Open));
        builder.Services.AddEdgeDispatch();
        DurableJobs.AddToEdge(builder);
        builder.Services.AddEdgeInternal();
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return builder;
    }

    private static void AddCallers(IServiceCollection services, bool open)
    {
        if (open) services.AddEdgeOpen();
        else services.AddHttpIdentityFeed().AddEdgeIdentity(RandomNumberGenerator.GetInt32(int.MaxValue));
    }

    private static Dictionary<string, string?> FromCommandLine(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Edge:Internal:Urls"] = parsed.GetRequiredValue(InternalUrls),
            ["Edge:Internal:SecretFile"] = parsed.GetRequiredValue(SecretFile).FullName,
        };
        if (parsed.GetValue(Advertised) is { } advertised) settings["Edge:Internal:Advertised"] = advertised;
        if (parsed.GetValue(Name) is { } name) settings["Edge:Dispatch:Name"] = name;
        Follower.Write(settings, parsed, parsed.GetRequiredValue(SecretFile));
        BrokerList.AddTo(settings, parsed.GetRequiredValue(Brokers));
        return settings;
    }

    private static void Map(WebApplication app)
    {
        app.MapEdge();
        app.MapMillraceTelemetry();
    }

    private static string Greeting(WebApplication app, string address)
    {
        var inside = app.Services.GetRequiredService<InternalAddresses>().All.First();
        return $"millrace edge is ready: clients at {address}, workers and operators at {inside}";
    }
}
