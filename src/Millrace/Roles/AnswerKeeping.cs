using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Promises;

namespace Millrace.Roles;

/// <summary>
/// Keeps what services of this process count of their answers in a folder, so that a figure of 30 days outlives a
/// restart. Without a folder they count since the start, and say so. Each file is replaced as a whole; a death of the
/// process loses what was counted since the last one, an orderly stop no less.
/// </summary>
internal sealed partial class AnswerKeeping(
    LiveAnswers answers, IReadOnlyList<ServiceDefinition> services, IOptions<ServiceOptions> options, TimeProvider time,
    ILogger<AnswerKeeping> log) : BackgroundService
{
    private const string FolderSetting = ServiceOptions.Section + ":Folder";
    private const string NewSuffix = ".new";

    /// <summary>
    /// Adds it; called before whatever serves, so that what was kept is there first, and after
    /// <see cref="UsageRecording.Add"/>, whose folder it takes where the settings name none.
    /// </summary>
    /// <param name="builder">Its settings are complete.</param>
    /// <param name="services">Those that live in the process.</param>
    public static void Add(WebApplicationBuilder builder, params ServiceDefinition[] services)
    {
        if (string.IsNullOrEmpty(builder.Configuration[FolderSetting]))
            builder.Configuration[FolderSetting] = UsageRecording.FolderOf(builder.Configuration);
        builder.Services.AddOptions<ServiceOptions>().BindConfiguration(ServiceOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ServiceOptions>, ServiceOptionsValidator>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<LiveAnswers>();
        builder.Services.AddSingleton<IReadOnlyList<ServiceDefinition>>(services);
        builder.Services.AddHostedService<AnswerKeeping>();
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Folder is { } folder)
        {
            foreach (var service in services) Restore(PathOf(folder, service), answers.Of(service));
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Folder is not { } folder) return;
        using var timer = new PeriodicTimer(options.Value.KeepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var service in services) Keep(PathOf(folder, service), answers.Of(service));
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Restore(string path, AnswerTally tally)
    {
        try
        {
            if (!File.Exists(path)) return;
            var history = AnswerHistoryText.Read(File.ReadAllBytes(path));
            if (history is null || !tally.Restore(history)) LogDisbelieved(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnread(path, exception);
        }
    }

    private void Keep(string path, AnswerTally tally)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = File.OpenHandle(path + NewSuffix, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, AnswerHistoryText.Write(tally.Keep()), 0);
                RandomAccess.FlushToDisk(file);
            }
            File.Move(path + NewSuffix, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnkept(path, exception);
        }
    }

    private static string PathOf(string folder, ServiceDefinition service) =>
        Path.GetFullPath(Path.Combine(folder, $"answers.{service.Role}"));

    [LoggerMessage(1050, LogLevel.Warning,
        "{Path} is damaged or from a later time: answers are counted since this start")]
    private partial void LogDisbelieved(string path);

    [LoggerMessage(1051, LogLevel.Warning, "{Path} cannot be read: answers are counted since this start")]
    private partial void LogUnread(string path, Exception exception);

    [LoggerMessage(1052, LogLevel.Warning, "{Path} cannot be written: a restart forgets the answers counted since")]
    private partial void LogUnkept(string path, Exception exception);
}

/// <summary>Where a process keeps what it counts of its answers. Configuration section <c>Service</c>.</summary>
public sealed record ServiceOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Service";

    /// <summary>
    /// A folder of this process alone, made if need be. Default: <c>answers</c> in the data folder of a server, the
    /// recorder's of an edge or a worker, that of its SQLite file of management; else none.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>How often it is written. 1 s to 1 h; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepInterval { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Checks <see cref="ServiceOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class ServiceOptionsValidator : IValidateOptions<ServiceOptions>;
