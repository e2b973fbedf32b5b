namespace Millrace.Cluster.Checks;

/// <summary>Both parts of what issue 3 shows: losses under load, and poison.</summary>
internal static class QueueCheck
{
    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("queue");
        await LossPart.RunAsync(ground, verdict, cancellationToken);
        await PoisonPart.RunAsync(ground, verdict, cancellationToken);
        return verdict;
    }
}
