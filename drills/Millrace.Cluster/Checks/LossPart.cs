using Millrace.Region.Load;
using Millrace.Region.Watch;
using Millrace.Engines;

namespace Millrace.Cluster.Checks;

/// <summary>
/// 2,000 conversions, 16 at a time, while the queue's leader is killed and restarted, a worker is killed, and an edge
/// is
/// drained: no answer may fail, and each tenant's order must hold.
/// </summary>
internal static class LossPart
{
    private const int Requests = 2000;
    private const int Concurrency = 16;
    private const int Tenants = 8;
    private const int KillLeaderAt = 300;
    private const int RestartLeaderAt = 800;
    private const int KillWorkerAt = 1100;
    private const int RestartWorkerAt = 1400;
    private const int DrainEdgeAt = 1600;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Ground ground, Verdict verdict, CancellationToken cancellationToken)
    {
        using var balancer = new Balancer(() => ground.EdgeAddresses, Patience, ground.Time);
        var losses = new Losses(ground, cancellationToken);
        Console.Out.WriteLine($"{Requests} conversions, {Concurrency} at a time:");
        var answers = await ClosedLoop.RunAsync(
            Requests, Concurrency,
            index => balancer.ConvertAsync(
                ground.Photos[index], "width=300&format=jpeg", $"tenant-{index % Tenants}", cancellationToken),
            losses.At);
        await losses.EndAsync();
        Console.Out.WriteLine("  " + Summary.Of(answers));
        foreach (var bad in answers.Where(answer => !answer.IsConverted))
            Console.Out.WriteLine($"  {bad.Status} {bad.Code}: job {bad.Job} of {bad.Tenant}");
        var failed = answers.Count(answer => !answer.IsConverted);
        verdict.Expect(failed == 0, $"{failed} of {Requests} answers failed");
        verdict.Expect(losses.Happened.Count == 5, $"faults that happened: {string.Join(", ", losses.Happened)}");
        JudgeOrder(ground, verdict);
    }

    private static void JudgeOrder(Ground ground, Verdict verdict)
    {
        var logs = ground.Region.Edges.Concat(ground.Region.Workers).Select(role => role.Start.LogPath);
        var order = OrderJudge.Judge(logs.SelectMany(File.ReadLines).Select(TicketTrace.Read).OfType<TicketTrace>());
        verdict.Expect(
            order is { Violations: 0, Pairs: > 0 },
            $"{order.Violations} of {order.Pairs} pairs of one tenant and lane were handed out in the wrong order "
            + $"({order.Tickets} tickets, {order.Redelivered} handed out again and so not judged)");
    }

    /// <summary>Does the harm when the load has come so far; each in turn, one after the other.</summary>
    private sealed class Losses(Ground ground, CancellationToken cancellationToken)
    {
        private Task _last = Task.CompletedTask;
        private RabbitNode? _leader;

        public List<string> Happened { get; } = [];

        public void At(int count)
        {
            Func<Task>? harm = count switch
            {
                KillLeaderAt => KillLeaderAsync,
                RestartLeaderAt => RestartLeaderAsync,
                KillWorkerAt => KillWorkerAsync,
                RestartWorkerAt => RestartWorkerAsync,
                DrainEdgeAt => DrainEdgeAsync,
                _ => null,
            };
            if (harm is not null) _last = After(_last, harm);
        }

        public Task EndAsync() => _last;

        private static async Task After(Task before, Func<Task> harm)
        {
            await before;
            await harm();
        }

        private async Task KillLeaderAsync()
        {
            _leader = await Leaders.BusiestAsync(ground.Region.Brokers);
            await _leader.KillAsync();
            Note($"leader {_leader.Name} killed");
        }

        private async Task RestartLeaderAsync()
        {
            await _leader!.StartAsync(cancellationToken);
            Note($"{_leader.Name} restarted");
        }

        private async Task KillWorkerAsync()
        {
            await ground.Region.Workers[0].KillAsync();
            Note($"{ground.Region.Workers[0].Name} killed");
        }

        private async Task RestartWorkerAsync()
        {
            var worker = await ground.Region.RestartAsync(ground.Region.Workers[0], cancellationToken);
            Note($"{worker.Name} restarted");
        }

        private async Task DrainEdgeAsync()
        {
            var edge = ground.Region.Edges[^1];
            var exitCode = await edge.StopAsync();
            ground.Withdrawn.Add(edge.Name);
            if (exitCode == 0) Note($"{edge.Name} drained");
        }

        private void Note(string text)
        {
            Console.Out.WriteLine("  " + text);
            Happened.Add(text);
        }
    }
}
