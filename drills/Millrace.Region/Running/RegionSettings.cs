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
    /// <param name="options">What the region is like.</param>
    /// <param name="engines">What it stands on, started.</param>
    public static string Of(RegionOptions options, RegionEngines engines)
    {
        var settings = new JsonObject { ["Metering"] = Metering(options) };
        if (options.TracesTickets)
        {
            settings["Logging"] = new JsonObject
            {
                ["LogLevel"] = new JsonObject { ["Millrace.Tickets"] = "Debug" },
            };
        }
        if (engines.Store is { } store) settings["Storage"] = store.Settings;
        else if (options.SharedFiles) settings["Storage"] = Files(options.ObjectsPath);
        if (engines.Ledger is { } ledger) settings["Ledger"] = ledger.Settings;
        if (engines.Ear is { } ear)
        {
            // Where there is management, endpoints are its affair.
            if (options.Management == 0) settings["Webhooks"] = new JsonObject { ["Endpoints"] = Endpoints(ear) };
            settings["Outbound"] = new JsonObject
            {
                ["AllowHttp"] = true,
                ["AllowedNetworks"] = new JsonArray($"{options.EarHost}/32"),
            };
        }
        return settings.ToJsonString();
    }

    /// <summary>Objects as files in a folder.</summary>
    public static JsonObject Files(string folder) =>
        new() { ["Kind"] = "Files", ["Files"] = new JsonObject { ["Folder"] = folder } };

    private static JsonObject Metering(RegionOptions options)
    {
        var metering = new JsonObject
        {
            ["Enabled"] = options.HasStore,
            ["Folder"] = options.UsageFolder,
        };
        if (!options.HasLedger) return metering;
        // Often, so that a kill meets every step of it.
        (metering["BatchInterval"], metering["SegmentInterval"]) = ("00:00:01", "00:00:02");
        return metering;
    }

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
