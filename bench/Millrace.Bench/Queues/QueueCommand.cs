using System.CommandLine;
using Millrace.Core.Tickets;
using Millrace.Engines;

namespace Millrace.Bench.Queues;

/// <summary>
/// Tickets a second and CPU a ticket: embedded, RabbitMQ, and a bare RabbitMQ.Client loop beside them.
/// </summary>
internal static class QueueCommand
{
    private const int WholeRounds = 10;
    private const int BriefRounds = 3;
    private const int WarmUpTickets = 3_000;
    private const int Cells = 4;
    private const int Nodes = 3;

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, all get as many tickets", WholeRounds, BriefRounds);

    private static readonly Option<int> Tickets = new("--tickets")
    {
        Description = "Tickets a round.",
        DefaultValueFactory = _ => 10_000,
    };

    private static readonly Option<int> InFlight = new("--in-flight")
    {
        Description = "Enqueues at a time.",
        DefaultValueFactory = _ => 128,
    };

    public static Command Create()
    {
        var command = new Command("queue", "Enqueue, lease and complete tickets: embedded, RabbitMQ on three nodes.")
        {
            Rounds, Tickets, InFlight,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var (tickets, inFlight) = (parsed.GetValue(Tickets), parsed.GetValue(InFlight));
        BenchOptions.PrintTitle("Queue", $"queue --rounds {rounds} --tickets {tickets} --in-flight {inFlight}");
        var folder = Directory.CreateTempSubdirectory("millrace-bench-");
        try
        {
            await using var brokers = await RabbitCluster.StartAsync(
                Path.Combine(folder.FullName, "brokers"), Nodes, cancellationToken);
            await using var bare = await BareRabbitLoop.CreateAsync(
                brokers, TicketText.Write(PortLoop.Ticket(1, Lane.Interactive, Cells)), Cells, cancellationToken);
            await using var rabbit = await QueueHosts.RabbitAsync("RabbitJobQueue, 4 cells", brokers, Cells);
            await using var memory = await QueueHosts.EmbeddedAsync(
                "SqliteJobQueue, in memory", Path.Combine(folder.FullName, "memory"), Lane.Interactive);
            await using var disk = await QueueHosts.EmbeddedAsync(
                "SqliteJobQueue, on disk", Path.Combine(folder.FullName, "disk"), Lane.Bulk);
            QueueRounds[] all = [new(bare), new(rabbit), new(memory), new(disk)];
            await CompareAsync(all, rounds, tickets, inFlight, cancellationToken);
            Print(all);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(
        QueueRounds[] all, int rounds, int tickets, int inFlight, CancellationToken cancellationToken)
    {
        foreach (var one in all)
        {
            await one.RunAsync(WarmUpTickets, inFlight, TimeProvider.System, cancellationToken);
            one.Forget();
        }
        for (var round = 0; round < rounds; round++)
        {
            foreach (var one in all) await one.RunAsync(tickets, inFlight, TimeProvider.System, cancellationToken);
        }
    }

    private static void Print(QueueRounds[] all)
    {
        var table = new Table("queue", "tickets/s", "to bare", "own CPU µs/ticket", "engines' CPU µs/ticket");
        foreach (var one in all)
        {
            table.Add(
                one.Name, Figures.Median(one.PerSecond), Figures.Ratio(one.PerSecond, all[0].PerSecond),
                Figures.Median(one.OwnCpu), Figures.Median(one.EngineCpu));
        }
        table.Print();
    }
}
