using System.Diagnostics;
using System.Globalization;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>A process that uses the queue is killed with -9 at random instants: nothing acknowledged is lost.</summary>
public sealed class SqliteKillTests
{
    private const int Chains = 2;
    private const int KillsEach = 100;
    private const int LinesMax = 400;

    private static readonly string Victim = Path.Combine(
        AppContext.BaseDirectory.Replace("Millrace.Queue.Tests", "Millrace.Queue.Victim", StringComparison.Ordinal),
        "Millrace.Queue.Victim.dll");

    [Fact]
    public async Task Queue_WhenItsProcessIsKilledTwoHundredTimes_LosesNothingAcknowledged()
    {
        var histories = await Task.WhenAll(
            Enumerable.Range(1, Chains).Select(seed => Task.Run(() => ChainAsync(seed))));

        var (stored, completed) = (histories.Sum(one => one.Stored), histories.Sum(one => one.Completed));
        TestContext.Current.SendDiagnosticMessage("{0} enqueues and {1} completions acknowledged", stored, completed);
        Assert.All([stored, completed], count => Assert.InRange(count, 1_000, int.MaxValue));
    }

    private static async Task<VictimHistory> ChainAsync(int seed)
    {
        await using var folder = new QueueFolder();
        var (random, history) = (new Random(seed), new VictimHistory());
        for (var kill = 0; kill < KillsEach; kill++)
        {
            // Some die before they have opened the file.
            await LiveAndDieAsync(folder.Options.Folder, history, random.Next(10) == 0 ? 0 : random.Next(LinesMax));
            await JudgeAsync(folder, history, takeOut: random.Next(4) == 0);
        }
        return history;
    }

    // The kill follows the line that was heard at some distance, as the victim goes on: it hits any instant.
    private static async Task LiveAndDieAsync(string folder, VictimHistory history, int lines)
    {
        var start = new ProcessStartInfo("dotnet", [Victim, folder, Number(history.NextFirst)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var victim = Process.Start(start)!;
        for (var heard = 0; heard < lines; heard++)
        {
            var line = await victim.StandardOutput.ReadLineAsync().Within();
            Assert.True(line is not null, "The victim has ended by itself; what it wrote to stderr is above.");
            history.Heard(line);
        }
        victim.Kill();
        while (await victim.StandardOutput.ReadLineAsync().Within() is { } line) history.Heard(line);
        await victim.WaitForExitAsync(CancellationToken.None);
    }

    private static async Task JudgeAsync(QueueFolder folder, VictimHistory history, bool takeOut)
    {
        await using var queue = await folder.OpenQueueAsync();
        var count = (int)queue.Health[0].Lanes[(int)Lane.Bulk].Depth;
        await using var consumer = new Consumer(queue, credit: count + 2);
        var leases = await consumer.NextAsync(count);
        history.Judge(leases);
        foreach (var lease in leases.Where(_ => takeOut))
        {
            history.Heard($"b {lease.Ticket.Number()}");
            Assert.True(await lease.CompleteAsync());
            history.Heard($"- {lease.Ticket.Number()}");
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
