using System.Runtime.InteropServices;

namespace Millrace.Tests;

/// <summary>Signals to single processes, and a look at who their children are.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false when there is no such process.</summary>
    public static bool Send(int process, int signal) => kill(process, signal) == 0;

    /// <summary>Whether the process is there and not a zombie.</summary>
    public static bool Lives(int process) => Stat(process) is { } stat && stat.State != 'Z';

    public static IReadOnlyList<int> ChildrenOf(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var process) ? process : 0)
            .Where(process => process > 0 && Stat(process) is { State: not 'Z' } stat && stat.Parent == parent),
    ];

    /// <summary>Processor time used so far, in hundredths of a second.</summary>
    public static long CpuTicks(int process) => Stat(process)?.Ticks ?? 0;

    private static (char State, int Parent, long Ticks)? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], (int)Number(fields[1]), Number(fields[11]) + Number(fields[12]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
