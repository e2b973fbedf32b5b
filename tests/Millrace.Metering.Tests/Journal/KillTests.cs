using System.Diagnostics;
using System.Globalization;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Tests.Journal;

/// <summary>Another process records; what it was told is kept must be there, whatever becomes of it.</summary>
public sealed class KillTests
{
    private const int Kills = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Victim = Path.Combine(
        AppContext.BaseDirectory.Replace("Metering.Tests", "Metering.Victim", StringComparison.Ordinal),
        "Millrace.Metering.Victim.dll");

    [Fact]
    public async Task Record_WhenKilledAtAnyMoment_LosesNothingAndHasNoGaps()
    {
        using var folder = new TestFolder();
        var (chance, total, epochs) = (new Random(20261125), 0, new HashSet<long>());
        for (var kill = 0; kill < Kills; kill++)
        {
            var acknowledged = await LiveAsync(folder.Path, chance.Next(1, 4_000));
            var written = ReadAll(folder.Path, epochs);
            Assert.Empty(acknowledged.Except(written));
            total += acknowledged.Count;
        }
        Assert.Equal(Kills, epochs.Count);
        TestContext.Current.SendDiagnosticMessage("{0} records acknowledged in {1} lives", total, Kills);
    }

    [Fact]
    public async Task Record_WhenTheDiskIsFullForAWhile_KeepsRecordsThenRefusesThenWritesThem()
    {
        using var folder = new TestFolder();
        using var victim = Start("full", folder.Path);
        var (acknowledged, words) = (new HashSet<Guid>(), new List<string>());

        await foreach (var line in LinesAsync(victim))
        {
            if (line.StartsWith('+')) acknowledged.Add(Guid.Parse(line.AsSpan(2)));
            else words.Add(line);
            if (line == "done") break;
        }
        victim.Kill();
        await victim.WaitForExitAsync(TestContext.Current.CancellationToken);

        // From half of the 200 on it refuses new work; what was begun before is kept until there is no room.
        Assert.Equal(["ready", "kept", "full", "written", "done"], words.Select(word => word.Split(' ')[0]));
        var counts = words[1..4].Select(word => int.Parse(word.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(counts[0] + 99, counts[1]);
        Assert.Equal(counts[1] + 10, counts[2]);
        Assert.EndsWith(" taking", words[3], StringComparison.Ordinal);
        Assert.Equal(counts[2] + 1, acknowledged.Count);
        Assert.Equal(acknowledged, ReadAll(folder.Path, []).ToHashSet());
    }

    private static async Task<HashSet<Guid>> LiveAsync(string folder, int linesUntilKill)
    {
        using var victim = Start("record", folder);
        var (acknowledged, lines) = (new HashSet<Guid>(), 0);
        await foreach (var line in LinesAsync(victim))
        {
            if (line.StartsWith('+') && line.Length == 34) acknowledged.Add(Guid.Parse(line.AsSpan(2)));
            if (++lines == linesUntilKill) victim.Kill();
        }
        await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
        return acknowledged;
    }

    private static async IAsyncEnumerable<string> LinesAsync(Process victim)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        while (await victim.StandardOutput.ReadLineAsync(deadline.Token) is { } line) yield return line;
    }

    // The epoch is read as the next start reads it, and then removed.
    private static List<Guid> ReadAll(string folder, HashSet<long> epochs)
    {
        var ids = new List<Guid>();
        foreach (var epoch in EpochFolder.All(Path.Combine(folder, "victim")))
        {
            Assert.True(epochs.Count == 0 || epoch.Name.Epoch > epochs.Max());
            epochs.Add(epoch.Name.Epoch);
            var (last, _) = epoch.Recover();
            var next = 1L;
            var reader = new JournalReader(epoch, (from, to) => Assert.Fail($"{from} to {to} are lost."));
            reader.Read(1, last, (sequence, payload) =>
            {
                Assert.Equal(next++, sequence);
                ids.Add(JournalFrame.Read(sequence, payload).Record.Id);
            });
            Assert.Equal(last, ids.Count);
            epoch.Remove();
        }
        return ids;
    }

    private static Process Start(string what, string folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Victim);
        start.ArgumentList.Add(what);
        start.ArgumentList.Add(folder);
        return Process.Start(start)!;
    }
}
