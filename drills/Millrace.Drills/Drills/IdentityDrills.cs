using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.Judging;
using Millrace.Drills.Running;
using Millrace.Region.Load;

namespace Millrace.Drills.Drills;

/// <summary>What happens to keys on their way to the edges.</summary>
internal static class IdentityDrills
{
    private const double DownSeconds = 10;
    private const string Made = "made";
    private const string Revoked = "revoked";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PropagationMax = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("management-down", "Management is away with its database, an edge starts meanwhile: every known key works.",
            AwayAsync),
        new("keys-loss", "A tenth of all packets is lost at every host: a new key works, and a revoked one ends, at "
            + "every edge within 5 s.", LossAsync)
        {
            Load = new() { ConversionsPerSecond = 5, JobsPerSecond = 0.5 },
            Limits = new() { FailedShareMax = 0.01 },
            Judge = static (scene, _) => [Judge(scene, Made), Judge(scene, Revoked)],
        },
    ];

    private static async Task AwayAsync(Scene scene, CancellationToken cancellationToken)
    {
        const string edge = "edge-3";
        var away = scene.DoAsync(
            new ManagementFault(scene.Region.Region.Management!), 3 * DownSeconds, cancellationToken);
        try
        {
            await scene.PassAsync(DownSeconds, cancellationToken);
            await scene.DoAsync(new RestartFault(edge, () => scene.Region.RestartAsync(edge)), 1, cancellationToken);
        }
        finally
        {
            await away;
        }
    }

    private static async Task LossAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double share = 0.1;
        var tenant = await scene.Region.Region.Management!.TenantAsync(
            $"keys {scene.Random.Next()}", cancellationToken);
        var fault = scene.DoAsync(PacketFault.Loss(share, scene.Region.Network.Hosts), 60, cancellationToken);
        using var probe = new KeyProbe(scene.Time);
        try
        {
            while (!fault.IsCompleted) await RoundAsync(scene, probe, tenant, cancellationToken);
        }
        finally
        {
            // Packets are lost until it has ended.
            await fault;
        }
    }

    private static async Task RoundAsync(
        Scene scene, KeyProbe probe, string tenant, CancellationToken cancellationToken)
    {
        var management = scene.Region.Region.Management!;
        var (key, id) = await management.KeyAsync(tenant, cancellationToken);
        await EverywhereAsync(true, Made);
        await management.AskAsync(
            HttpMethod.Delete, $"/admin/v1/tenants/{tenant}/keys/{id}", null, cancellationToken);
        await EverywhereAsync(false, Revoked);

        async Task EverywhereAsync(bool taken, string what)
        {
            var took = await Task.WhenAll(scene.Region.EdgeAddresses.Select(
                edge => probe.UntilAsync(edge, key, taken, Limit, cancellationToken)));
            scene.Found[what] = Math.Max(scene.Found.GetValueOrDefault(what), took.Max().TotalSeconds);
            scene.Found[Count(what)] = scene.Found.GetValueOrDefault(Count(what)) + took.Length;
        }
    }

    private static Ruling Judge(Scene scene, string what)
    {
        var (worst, count) = (
            scene.Found.GetValueOrDefault(what, double.MaxValue), scene.Found.GetValueOrDefault(Count(what)));
        var most = PropagationMax.TotalSeconds;
        return Ruling.Expect($"keys {what}", worst <= most, string.Create(
            CultureInfo.InvariantCulture,
            $"the slowest of {count} observations at an edge: {worst:0.00} s (at most {most:0})"));
    }

    private static string Count(string what) => what + " count";
}
