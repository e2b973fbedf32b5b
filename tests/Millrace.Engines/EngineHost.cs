using System.Diagnostics;

namespace Millrace.Engines;

/// <summary>The machine that an engine runs on: this one, or a network namespace that stands for another.</summary>
/// <param name="Name">By which the others find it; it must resolve to the address.</param>
/// <param name="Address">IPv4, in digits.</param>
/// <param name="Namespace">A network namespace under /run/netns; null is this program's own.</param>
public sealed record EngineHost(string Name, string Address, string? Namespace)
{
    private const string Enterer = "/usr/bin/nsenter";

    /// <summary>This machine, by 127.0.0.1.</summary>
    public static EngineHost Loopback { get; } = new("localhost", "127.0.0.1", null);

    /// <summary>Environment that every program gets there: by it, what a killed harness has left is known.</summary>
    public IReadOnlyDictionary<string, string> Marks { get; init; } = new Dictionary<string, string>();

    /// <summary>A disk of its own, for what must survive; null: the folder that an engine is given.</summary>
    public string? DiskFolder { get; init; }

    /// <summary>So many times this machine.</summary>
    public static IReadOnlyList<EngineHost> Here(int count) => [.. Enumerable.Repeat(Loopback, count)];

    /// <summary>The same program there: it becomes it by exec, so that its id is the program's.</summary>
    public ProcessStartInfo Enter(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (Namespace is null) return start;
        var there = new ProcessStartInfo(
            Enterer, [$"--net=/run/netns/{Namespace}", "--", start.FileName, .. start.ArgumentList])
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardError = start.RedirectStandardError,
            RedirectStandardOutput = start.RedirectStandardOutput,
        };
        there.Environment.Clear();
        foreach (var (name, value) in start.Environment) there.Environment[name] = value;
        foreach (var (name, value) in Marks) there.Environment[name] = value;
        return there;
    }
}
