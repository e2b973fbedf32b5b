using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Identity;
using Millrace.Queue.Rabbit;
using Millrace.Roles;
using Millrace.Serve;

namespace Millrace.Doctor;

/// <summary>Everything that is looked at, one after the other: an examination that hangs is given up.</summary>
/// <param name="arguments">What is to be looked at.</param>
/// <param name="members">Running members.</param>
internal sealed class Examination(DoctorArguments arguments, IReadOnlyList<Uri> members)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Recorders that have been silent for longer were given up.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    private static readonly (string Name, string Setting)[] Folders =
    [
        ("usage", "Metering:Folder"), ("identity", "Identity:Folder"), ("billing", "Billing:WorkFolder"),
        ("objects", "Storage:Files:Folder"), ("queue", "Queue:Sqlite:Folder"), ("ledger", "Ledger:Sqlite:Folder"),
    ];

    /// <summary>Looks at all of it.</summary>
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var builder = Compose();
        var settings = builder.Configuration;
        yield return await OneAsync("kernel", KernelExamination.RunAsync, cancellationToken);
        foreach (var (name, path) in PathsOf(settings))
        {
            yield return await OneAsync(
                $"disk of {name}", token => FolderExamination.RunAsync(name, path, TimeProvider.System, token),
                cancellationToken);
        }
        await using var app = builder.Build();
        foreach (var (part, examine) in Engines(app.Services))
        {
            foreach (var finding in await WithinAsync(part, examine, cancellationToken)) yield return finding;
        }
        using var asking = new MemberExamination(TimeProvider.System);
        foreach (var member in members)
            yield return await OneAsync("member", token => asking.RunAsync(member, token), cancellationToken);
    }

    private WebApplicationBuilder Compose()
    {
        var builder = Settings.Builder();
        builder.Logging.ClearProviders();
        if (arguments.SettingsPath is { } path) Settings.AddFile(builder.Configuration, path);
        builder.Configuration.AddInMemoryCollection(FromCommandLine());
        ObjectStores.Add(builder);
        Ledgers.Add(builder);
        if (arguments.Brokers is not null)
        {
            builder.Services.AddOptions<RabbitQueueOptions>().BindConfiguration("Queue:Rabbit").ValidateOnStart();
            builder.Services.AddSingleton<IValidateOptions<RabbitQueueOptions>, RabbitQueueOptionsValidator>();
            builder.Services.AddSingleton<RabbitExamination>();
        }
        if (arguments is { Management: not null, SecretPath: not null }) builder.Services.AddHttpIdentityFeed();
        if (Settings.Failures(builder.Services) is { Count: > 0 } failures)
            throw new InvalidDataException(string.Join(' ', failures));
        return builder;
    }

    private Dictionary<string, string?> FromCommandLine()
    {
        var settings = new Dictionary<string, string?>();
        if (arguments.Brokers is { } brokers) BrokerList.AddTo(settings, brokers);
        if (arguments.SecretPath is { } secret) settings["Identity:Feed:SecretFile"] = secret;
        foreach (var (index, address) in DoctorArguments.Parts(arguments.Management).Index())
            settings[string.Create(CultureInfo.InvariantCulture, $"Identity:Feed:Addresses:{index}")] = address;
        if (arguments.Data is not { } data) return settings;
        settings["Storage:Files:Folder"] = Path.Combine(data, "objects");
        settings["Ledger:Sqlite:Folder"] = DataFolder.LedgerOf(data);
        settings["Metering:Folder"] = Path.Combine(data, "usage");
        return settings;
    }

    private static IEnumerable<(string Name, string Path)> PathsOf(ConfigurationManager settings) =>
        Folders.Select(folder => (folder.Name, Path: settings[folder.Setting] ?? ""))
            .Where(folder => folder.Path.Length > 0);

    private static IEnumerable<(string Part, Func<CancellationToken, Task<IReadOnlyList<Finding>>> Examine)> Engines(
        IServiceProvider services)
    {
        if (services.GetService<IObjectStore>() is { } store)
            yield return ("store", new StoreExamination(store, TimeProvider.System).RunAsync);
        if (services.GetService<IUsageLedger>() is { } ledger)
            yield return ("ledger", token => LedgerAsync(ledger, token));
        if (services.GetService<RabbitExamination>() is { } brokers)
            yield return ("queue", token => QueueAsync(brokers, token));
        if (services.GetService<IIdentityFeed>() is { } feed)
            yield return ("feed", token => FeedAsync(feed, token));
    }

    private static async Task<IReadOnlyList<Finding>> LedgerAsync(
        IUsageLedger ledger, CancellationToken cancellationToken)
    {
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            var epochs = await ledger.EpochsAsync(now - Remembered, cancellationToken).ToListAsync(cancellationToken);
            var freshness = UsageFreshness.Of(epochs, now);
            var seen = $"{freshness.Recorders} recorders deliver to it";
            return freshness.Behind.Count == 0
                ? [Finding.Well("ledger", seen)]
                : [Finding.Poor("ledger", $"{seen}; behind are "
                    + string.Join(", ", freshness.Behind.Select(one => one.Recorder)))];
        }
        catch (UsageLedgerException exception)
        {
            return [Finding.Bad("ledger", exception.Message)];
        }
    }

    private static async Task<IReadOnlyList<Finding>> QueueAsync(
        RabbitExamination brokers, CancellationToken cancellationToken)
    {
        var nodes = await brokers.NodesAsync(cancellationToken);
        var (fit, misfits) = await brokers.QueuesAsync(cancellationToken);
        return
        [
            .. nodes.Select(node => node.Trouble is { } trouble
                ? Finding.Bad($"broker {node.Node}", trouble)
                : Finding.Well($"broker {node.Node}", node.Server)),
            .. misfits.Select(misfit => Finding.Bad("queue", misfit)),
            .. fit == 0 ? Array.Empty<Finding>() : [Finding.Well(
                "queue", $"{fit} queues are of the type and the settings that members declare")],
        ];
    }

    private static async Task<IReadOnlyList<Finding>> FeedAsync(
        IIdentityFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            var digest = await feed.DigestAsync(new("doctor", IdentityRole.Sender), cancellationToken);
            return [Finding.Well("feed", $"{digest.Entries} plans, tenants and keys at revision {digest.Revision}")];
        }
        catch (IdentityFeedException exception)
        {
            return [Finding.Bad("feed", exception.Message)];
        }
    }

    private static async Task<Finding> OneAsync(
        string part, Func<CancellationToken, Task<Finding>> examine, CancellationToken cancellationToken) =>
        (await WithinAsync(part, async token => [await examine(token)], cancellationToken))[0];

    private static async Task<IReadOnlyList<Finding>> WithinAsync(
        string part, Func<CancellationToken, Task<IReadOnlyList<Finding>>> examine,
        CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await examine(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Bad(part, $"It did not answer within {Patience.TotalSeconds:0} s.")];
        }
    }
}
