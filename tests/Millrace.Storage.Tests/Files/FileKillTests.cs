using System.Globalization;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.Files;

namespace Millrace.Storage.Tests.Files;

/// <summary>A process that uses the store is killed with -9 at random instants: nothing acknowledged is lost.</summary>
public sealed class FileKillTests
{
    private const int Kills = 15;
    private const int LinesMax = 120;
    private const int NumbersEach = 10_000;

    [Fact]
    public async Task Store_WhenItsProcessIsKilled_HasAllThatWasAcknowledgedAndNothingHalf()
    {
        using var folder = new StoreFolder(folderNamesMax: 4);
        var store = folder.Open();
        var (random, acknowledged) = (new Random(7), 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            var heard = await LiveAndDieAsync(folder, kill, random.Next(1, LinesMax));
            acknowledged += heard.Count(line => line[0] == '+');
            await JudgeAsync(store, $"life-{kill}/", heard);
        }

        Assert.InRange(acknowledged, Kills, int.MaxValue);
        Assert.True(Directory.EnumerateFiles(folder.Temporary).Count() <= Kills * 4);
    }

    // The kill follows the line that was heard at some distance, as the victim goes on: it hits any instant.
    private static async Task<List<string>> LiveAndDieAsync(StoreFolder folder, int life, int lines)
    {
        using var victim = new StoreProcess(folder.Process());
        await victim.TellAsync($"live life-{life} {(life * NumbersEach).ToString(CultureInfo.InvariantCulture)}");
        var heard = new List<string>();
        while (heard.Count < lines)
        {
            var line = await victim.HearAsync();
            Assert.True(line is not null, "The victim has ended by itself; what it wrote to stderr is above.");
            heard.Add(line);
        }
        victim.Kill();
        while (await victim.HearAsync() is { } line) heard.Add(line);
        return heard;
    }

    private static async Task JudgeAsync(FileObjectStore store, string prefix, List<string> heard)
    {
        var steps = heard.Select(line => line.Split(' ')).ToLookup(words => words[1], words => words[0][0]);
        var keys = await store.KeysAsync(prefix);
        var found = keys.ToDictionary(key => key[(key.LastIndexOf('/') + 1)..]);
        foreach (var (number, key) in found)
        {
            Assert.True(steps.Contains(number), $"Nobody has made {key}.");
            Assert.False(steps[number].Contains('-'), $"{key} was deleted and is there.");
            Assert.StartsWith(key, await store.GetAsync(key), StringComparison.Ordinal);
            var length = int.Parse(number, CultureInfo.InvariantCulture) % 5 * 100_000 + key.Length;
            Assert.Equal(length, (await store.HeadAsync(ObjectKey.Of(key), CancellationToken.None))!.Value.Length);
        }
        foreach (var number in steps.Where(one => one.Contains('+') && !one.Contains('b')))
            Assert.True(found.ContainsKey(number.Key), $"{prefix}{number.Key} was acknowledged and is lost.");
    }
}
