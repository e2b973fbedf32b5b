using System.Globalization;
using Millrace.Simulation;
using Millrace.Simulation.Bugs;

if (Wish.Read(args) is not { } wish)
{
    await Console.Error.WriteLineAsync(Wish.Usage);
    return 2;
}
if (wish.Seed is { } seed)
{
    await Console.Out.WriteLineAsync(SeedReport.Of(seed, wish.Bug, int.MaxValue));
    return SeedRun.Of(seed, wish.Bug).Broken is null ? 0 : 1;
}
var start = TimeProvider.System.GetTimestamp();
var result = Sweep.Run(wish.First, wish.Seeds, wish.Bug, CancellationToken.None);
var took = TimeProvider.System.GetElapsedTime(start);
await Console.Out.WriteLineAsync(result.Tell(wish.First, took));
if (result.Failed is not { } failed) return 0;
await Console.Out.WriteLineAsync(SeedReport.Of(failed.Seed, wish.Bug));
return 1;

/// <summary>What the command line asks for.</summary>
internal sealed record Wish
{
    /// <summary>How to ask.</summary>
    public static string Usage { get; } = """
        ./dev simulate                       10,000 seeds from 1
        ./dev simulate --seed N              one seed, with its whole trace
        ./dev simulate --first N --seeds N   other seeds, or more of them
          --bug NAME                         with a planted bug:
        """ + " " + string.Join(", ", Enum.GetNames<PlantedBug>().Skip(1));

    public int? Seed { get; init; }

    public int First { get; init; } = Sweep.FirstSeed;

    public int Seeds { get; init; } = Sweep.Seeds;

    public PlantedBug Bug { get; init; }

    /// <returns>Null when it asks for something else.</returns>
    public static Wish? Read(string[] words)
    {
        var wish = new Wish();
        foreach (var pair in words.Chunk(2))
        {
            if (pair.Length < 2 || wish.With(pair[0], pair[1]) is not { } next) return null;
            wish = next;
        }
        return wish;
    }

    private Wish? With(string option, string value)
    {
        if (option == "--bug")
            return Enum.TryParse<PlantedBug>(value, ignoreCase: true, out var bug) ? this with { Bug = bug } : null;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return option switch
        {
            "--seed" => this with { Seed = number },
            "--first" => this with { First = number },
            "--seeds" => this with { Seeds = number },
            _ => null,
        };
    }
}
