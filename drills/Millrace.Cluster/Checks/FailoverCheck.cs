using Millrace.Region.Load;
using Millrace.Region.Watch;

namespace Millrace.Cluster.Checks;

/// <summary>100 requests a second while the queue's leader is killed, and while it hangs.</summary>
internal static class FailoverCheck
{
    private const int PerSecond = 100;
    private const int Seconds = 30;
    private const int Tenants = 50;
    private const int WarmUpRequests = 1000;
    private const int WarmUpConcurrency = 4;
    private const string Query = "width=200";
    private static readonly TimeSpan HarmAt = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan HangFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KilledWorst = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PausedWorst = TimeSpan.FromSeconds(12);

    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("failover");
        await WarmUpAsync(ground, cancellationToken);
        await PartAsync("killed", KilledWorst, async () =>
        {
            var leader = await Leaders.BusiestAsync(ground.Region.Brokers);
            await leader.KillAsync();
            await Task.Delay(HangFor, ground.Time, cancellationToken);
            await leader.StartAsync(cancellationToken);
        });
        await PartAsync("paused", PausedWorst, async () =>
        {
            var leader = await Leaders.BusiestAsync(ground.Region.Brokers);
            leader.Pause();
            await Task.Delay(HangFor, ground.Time, cancellationToken);
            leader.Resume();
        });
        return verdict;

        async Task PartAsync(string harm, TimeSpan worstMax, Func<Task> harmAsync)
        {
            using var balancer = new Balancer(() => ground.EdgeAddresses, Patience, ground.Time);
            var load = ClosedLoop.AtRateAsync(
                PerSecond * Seconds, PerSecond,
                index => balancer.ConvertAsync(
                    ground.Photos.Smallest, Query, $"tenant-{index % Tenants}", cancellationToken),
                ground.Time);
            await Task.Delay(HarmAt, ground.Time, cancellationToken);
            await harmAsync();
            var answers = await load;
            Console.Out.WriteLine($"leader {harm}: {Summary.Of(answers)}");
            var failed = answers.Count(answer => !answer.IsConverted);
            var worst = answers.Max(answer => answer.Took);
            verdict.Expect(failed == 0, $"leader {harm}: {failed} of {answers.Count} answers failed");
            verdict.Expect(worst <= worstMax, $"leader {harm}: the worst answer took {worst.TotalSeconds:0.0} s");
        }
    }

    // Programs that have just started compile while they serve, and are no measure of a failover.
    private static async Task WarmUpAsync(Ground ground, CancellationToken cancellationToken)
    {
        using var balancer = new Balancer(() => ground.EdgeAddresses, Patience, ground.Time);
        var answers = await ClosedLoop.RunAsync(
            WarmUpRequests, WarmUpConcurrency,
            index => balancer.ConvertAsync(
                ground.Photos.Smallest, Query, $"tenant-{index % Tenants}", cancellationToken));
        Console.Out.WriteLine($"warm-up: {Summary.Of(answers)}");
    }
}
