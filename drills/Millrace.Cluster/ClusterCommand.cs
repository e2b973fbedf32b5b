using System.CommandLine;
using Millrace.Cluster.Checks;
using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Cluster;

/// <summary>The command line: starts a region, and keeps it until Ctrl-C or runs checks against it.</summary>
internal static class ClusterCommand
{
    private static readonly Option<string> Root = new("--root")
    {
        Description = "The repository.",
        DefaultValueFactory = _ => Directory.GetCurrentDirectory(),
    };

    private static readonly Option<string?> Folder = new("--folder")
    {
        Description = "Where logs and brokers' data go; emptied first. Default: artifacts/cluster.",
    };

    private static readonly Option<string?> ProgramPath = new("--program")
    {
        Description = "The published millrace to run. Default: what a plain build made.",
    };

    private static readonly Option<int> Edges = Count("--edges", "Edges.", 3);

    private static readonly Option<int> Workers = Count("--workers", "Workers.", 2);

    private static readonly Option<int> Brokers = Count("--brokers", "RabbitMQ nodes.", 3);

    private static readonly Option<int> Jobs = Count("--jobs", "Durable jobs of the check of that name.", 5000);

    private static readonly Option<bool> Long = new("--long")
    {
        Description = "The long form of checks that have one: identity, ten minutes instead of two.",
    };

    private static readonly Option<int?> Kernels = new("--kernels")
    {
        Description = "Images that each worker converts at the same time. Default: the worker's own.",
    };

    private static readonly Option<string[]> ChecksToRun = new("--check")
    {
        Description = "Runs checks and ends with 0 or 1: "
            + string.Join(" ", Check.All.Select(check => $"{check.Name} ({check.Description})")),
        AllowMultipleArgumentsPerToken = true,
    };

    public static RootCommand Create()
    {
        ChecksToRun.AcceptOnlyFromAmong([.. Check.All.Select(check => check.Name)]);
        var root = new RootCommand(
            "A region on this machine: RabbitMQ nodes, PostgreSQL, management, edges and workers, on loopback.")
        {
            Root, Folder, ProgramPath, Edges, Workers, Brokers, Kernels, Jobs, Long,
            ChecksToRun,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var names = parsed.GetValue(ChecksToRun) ?? [];
        if (names.Length == 0)
            return await KeepAsync(OptionsOf(parsed) with { Management = Check.Replicas }, cancellationToken);
        var failed = 0;
        foreach (var check in names.Select(name => Check.All.Single(check => check.Name == name)))
        {
            if (!await JudgeAsync(check, check.Demands(OptionsOf(parsed)), cancellationToken)) failed = 1;
        }
        return failed;
    }

    private static async Task<bool> JudgeAsync(Check check, RegionOptions options, CancellationToken cancellationToken)
    {
        await using var region = await StartAsync(options, cancellationToken);
        var ground = new Ground(region, new Photos(options.Root), TimeProvider.System);
        var verdict = await check.RunAsync(ground, cancellationToken);
        verdict.Print();
        return verdict.Passed;
    }

    private static async Task<int> KeepAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        await using var region = await StartAsync(options, cancellationToken);
        var edge = region.Edges[0].Start.Address;
        var management = region.Management!;
        var tenant = await management.TenantAsync("first", cancellationToken);
        var (key, _) = await management.KeyAsync(tenant, cancellationToken);
        Console.Out.WriteLine($"management: {management.Addresses}; the owner's token: {management.Token}");
        Console.Out.WriteLine($"try: curl -H 'Authorization: Bearer {key}' --data-binary @tests/corpus/p10-wine.jpg "
            + $"'{edge}v1/images:convert?width=300&format=webp' -o out.webp");
        Console.Out.WriteLine("Ctrl-C ends all of it.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.Out.WriteLine("stopping");
        }
        return 0;
    }

    private static async Task<RunningRegion> StartAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        Console.Out.WriteLine(
            $"starting {options.Brokers} brokers, {options.Workers} workers, {options.Edges} edges and "
            + $"{options.Management} of management; logs in {options.Folder}");
        var region = await RunningRegion.StartAsync(options, cancellationToken);
        foreach (var node in region.Brokers.Nodes)
            Console.Out.WriteLine($"  broker {node.Name}  pid {node.ProcessId}  127.0.0.1:{node.Port}");
        var management = region.Management?.Replicas ?? [];
        foreach (var role in management.Concat(region.Workers).Concat(region.Edges).Concat(region.WebhookSenders))
        {
            var inside = role.Start.InternalAddress is { } address ? $"  internal {address}" : "";
            Console.Out.WriteLine($"  {role.Name}  pid {role.Id}  {role.Start.Address}{inside}");
        }
        return region;
    }

    private static RegionOptions OptionsOf(ParseResult parsed)
    {
        var root = Path.GetFullPath(parsed.GetRequiredValue(Root));
        return new RegionOptions
        {
            Root = root,
            Folder = Path.GetFullPath(parsed.GetValue(Folder) ?? Path.Combine(root, "artifacts/cluster")),
            Program = parsed.GetValue(ProgramPath),
            Edges = parsed.GetValue(Edges),
            Workers = parsed.GetValue(Workers),
            Brokers = parsed.GetValue(Brokers),
            Kernels = parsed.GetValue(Kernels),
            Jobs = parsed.GetValue(Jobs),
            IsLong = parsed.GetValue(Long),
        };
    }

    private static Option<int> Count(string name, string description, int count) => new(name)
    {
        Description = $"{description} Default: {count}.",
        DefaultValueFactory = _ => count,
    };
}
