using System.CommandLine;

namespace Millrace.Bench;

/// <summary>What every subcommand takes.</summary>
internal static class BenchOptions
{
    public static readonly Option<bool> Short = new("--short")
    {
        Description = "A fraction of the rounds: for a first look, not for figures.",
        Recursive = true,
    };

    public static readonly Option<string> Root = new("--root")
    {
        Description = "The repository.",
        DefaultValueFactory = _ => Directory.GetCurrentDirectory(),
        Recursive = true,
    };

    public static bool IsShort(ParseResult parsed) => parsed.GetValue(Short);

    public static string RootOf(ParseResult parsed) => parsed.GetRequiredValue(Root);

    /// <summary>A number that has one default for a whole run and one for a short one.</summary>
    public static Option<int?> Count(string name, string description, int whole, int brief) => new(name)
    {
        Description = $"{description}. Default: {whole}, with --short {brief}.",
    };

    public static int Get(ParseResult parsed, Option<int?> option, int whole, int brief) =>
        parsed.GetValue(option) ?? (IsShort(parsed) ? brief : whole);

    /// <summary>The first lines of each report: what was run, and on what.</summary>
    public static void PrintTitle(string title, string command)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine($"## {title}");
        Console.Out.WriteLine();
        Console.Out.WriteLine($"`./dev bench {command}` on {Environment.ProcessorCount} processors");
        Console.Out.WriteLine();
    }
}
