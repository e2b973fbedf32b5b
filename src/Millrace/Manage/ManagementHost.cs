using System.Security.Cryptography;
using Millrace.Management;
using Millrace.Roles;

namespace Millrace.Manage;

/// <summary>Composes management, for its own role and for a server that has it in the same process.</summary>
internal static class ManagementHost
{
    /// <summary>All that management consists of.</summary>
    /// <param name="urls">Where it listens, separated by semicolons.</param>
    /// <param name="settingsPath">JSON with settings; null: none.</param>
    /// <param name="settings">Those of the command line, which go first.</param>
    /// <param name="jsonLog">Form of the log.</param>
    public static WebApplicationBuilder Compose(
        string urls, string? settingsPath, Dictionary<string, string?> settings, bool jsonLog)
    {
        var builder = Settings.Builder();
        if (settingsPath is not null) Settings.AddFile(builder.Configuration, settingsPath);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.UseKestrelHttpsConfiguration();
        ConsoleLog.Use(builder.Logging, jsonLog, LogLevel.Information);
        builder.Services.AddManagementStore();
        builder.Services.AddManagementHttp(RandomNumberGenerator.GetInt32(int.MaxValue));
        return builder;
    }
}
