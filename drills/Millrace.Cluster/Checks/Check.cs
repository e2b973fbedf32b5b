using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Cluster.Checks;

/// <summary>What a check runs against.</summary>
/// <param name="Region">All of it is up.</param>
/// <param name="Photos">What is converted.</param>
/// <param name="Time">Measures and waits.</param>
internal sealed record Ground(RunningRegion Region, Photos Photos, TimeProvider Time)
{
    /// <summary>Those edges that have not been told to stop.</summary>
    public HashSet<string> Withdrawn { get; } = [];

    public IReadOnlyList<Uri> EdgeAddresses =>
        [.. Region.Edges.Where(edge => !Withdrawn.Contains(edge.Name)).Select(edge => edge.Start.Address)];
}

/// <summary>A check by its name on the command line.</summary>
/// <param name="Name">As given to --check.</param>
/// <param name="Description">In one sentence.</param>
/// <param name="Demands">What the region must be like.</param>
/// <param name="RunAsync">Runs it and says what held.</param>
internal sealed record Check(
    string Name, string Description, Func<RegionOptions, RegionOptions> Demands,
    Func<Ground, CancellationToken, Task<Verdict>> RunAsync)
{
    /// <summary>Replicas of management.</summary>
    public const int Replicas = 2;

    private const int StorageNodes = 3;

    public static IReadOnlyList<Check> All { get; } =
    [
        new("queue", "2,000 conversions while a broker, a worker and an edge go; then pills from five tenants.",
            options => options with { Faulty = true, TracesTickets = true }, QueueCheck.RunAsync),
        new("failover", "100 requests a second while the queue's leader is killed, then paused.",
            options => options, FailoverCheck.RunAsync),
        new("jobs", "5,000 durable jobs while a broker, a worker and a storage node go; each ends once and is told of.",
            options => options with { StorageNodes = StorageNodes }, JobsCheck.RunAsync),
        new("identity", "20 requests a second while PostgreSQL and management are away; keys made and revoked after.",
            options => options with { Management = Replicas }, IdentityCheck.RunAsync),
        new("billing", "50 tenants' use while edges, workers and the ledger are killed; then the month is billed.",
            options => options with { Management = 1, StorageNodes = StorageNodes, HasLedger = true },
            BillingCheck.RunAsync),
    ];
}
