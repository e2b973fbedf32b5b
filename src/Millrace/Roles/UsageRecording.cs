using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Millrace.Core.Usage;
using Millrace.Edge.Health;
using Millrace.Metering;

namespace Millrace.Roles;

/// <summary>Has a role write down and ship what it does, unless the settings say that nobody is billed here.</summary>
internal static partial class UsageRecording
{
    private const string EnabledSetting = "Metering:Enabled";
    private const string RecorderSetting = "Metering:Recorder";
    private const string FolderSetting = "Metering:Folder";
    private const int NameLengthMax = 64;

    private const string Nowhere =
        "Usage has nowhere to go: set Storage (docs/operations.md) and Metering:Folder, or Metering:Enabled to false "
        + "if nobody is to be billed.";

    /// <summary>
    /// Adds metering, which fails its check where there is no object store for the records; called before whatever
    /// records is added, as it must stop after that.
    /// </summary>
    /// <param name="builder">Its settings are complete.</param>
    /// <param name="role">What the recorder's name begins with.</param>
    /// <param name="name">Of the process; null: the machine's.</param>
    public static void Add(WebApplicationBuilder builder, string role, string? name)
    {
        if (!builder.Configuration.GetValue(EnabledSetting, defaultValue: true))
        {
            builder.Services.AddSingleton<IUsageRecorder, NoUsage>();
            return;
        }
        if (!ObjectStores.IsConfigured(builder.Configuration))
            builder.Services.AddOptions<MeteringOptions>().Validate(_ => false, Nowhere);
        if (string.IsNullOrEmpty(builder.Configuration[RecorderSetting]))
            builder.Configuration[RecorderSetting] = NameOf(role, name ?? Environment.MachineName);
        builder.Services.AddMetering(RandomNumberGenerator.GetInt32(int.MaxValue));
        builder.Services.AddSingleton(provider =>
        {
            var recorder = provider.GetRequiredService<IUsageRecorder>();
            return new NeededPart(() => recorder.Refusing);
        });
    }

    /// <summary>The folder of a recorder, which no other process has; null when the settings name none.</summary>
    /// <param name="settings">After <see cref="Add"/>.</param>
    public static string? FolderOf(ConfigurationManager settings) =>
        settings[FolderSetting] is { Length: > 0 } folder && settings[RecorderSetting] is { Length: > 0 } recorder
            ? Path.Combine(folder, recorder)
            : null;

    private static string NameOf(string role, string name)
    {
        var plain = Strange().Replace(name.ToLowerInvariant(), "-");
        var full = plain.StartsWith(role, StringComparison.Ordinal) ? plain : $"{role}-{plain}";
        return full.Length <= NameLengthMax ? full : full[..NameLengthMax];
    }

    [GeneratedRegex("[^a-z0-9-]")]
    private static partial Regex Strange();
}

/// <summary>Records nothing, as the settings say.</summary>
internal sealed partial class NoUsage : IUsageRecorder
{
    /// <summary>Says so once.</summary>
    public NoUsage(ILogger<NoUsage> logger) => LogOff(logger);

    /// <inheritdoc/>
    public string? Refusing => null;

    /// <inheritdoc/>
    public bool Record(UsageRecord record) => true;

    [LoggerMessage(1040, LogLevel.Warning, "Usage is not recorded (Metering:Enabled is false): nobody can be billed")]
    private static partial void LogOff(ILogger logger);
}
