using System.Text.Json.Nodes;
using Millrace.Region.Load;

namespace Millrace.Region.Running;

/// <summary>The settings that every role of a region gets, as JSON.</summary>
internal static class RegionSettings
{
    /// <summary>
    /// Tenants that have an endpoint for webhooks: <c>tenant-0</c> and on, each with one called "ear".
    /// </summary>
    public const int Tenants = 8;

    /// <summary>Writes them.</summary>
    /// <param name="options">Whether tickets are logged, and where files are.</param>
    /// <param name="store">Null without storage nodes.</param>
    /// <param name="ear">Null without durable jobs.</param>
    public static string Of(RegionOptions options, RegionStore? store, WebhookEar? ear)
    {
        var settings = new JsonObject();
        if (options.TracesTickets)
        {
            settings["Logging"] = new JsonObject
            {
                ["LogLevel"] = new JsonObject { ["Millrace.Tickets"] = "Debug" },
            };
        }
        if (store is not null) settings["Storage"] = store.Settings;
        else if (options.SharedFiles) settings["Storage"] = Files(options.ObjectsPath);
        if (ear is not null)
        {
            settings["Webhooks"] = new JsonObject { ["Endpoints"] = Endpoints(ear) };
            settings["Outbound"] = new JsonObject
            {
                ["AllowHttp"] = true,
                ["AllowedNetworks"] = new JsonArray("127.0.0.0/8"),
            };
        }
        return settings.ToJsonString();
    }

    private static JsonObject Files(string folder) =>
        new() { ["Kind"] = "Files", ["Files"] = new JsonObject { ["Folder"] = folder } };

    private static JsonArray Endpoints(WebhookEar ear) =>
    [
        .. Enumerable.Range(0, Tenants).Select(number => new JsonObject
        {
            ["Tenant"] = $"tenant-{number}",
            ["Name"] = "ear",
            ["Url"] = ear.Address,
            ["Secrets"] = new JsonArray(WebhookEar.Secret),
        }),
    ];
}
