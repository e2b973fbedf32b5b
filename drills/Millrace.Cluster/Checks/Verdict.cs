namespace Millrace.Cluster.Checks;

/// <summary>What a check came to: each promise with the figure found.</summary>
internal sealed class Verdict(string name)
{
    private readonly List<(bool Holds, string Text)> _lines = [];

    public string Name { get; } = name;

    public bool Passed => _lines.Count > 0 && _lines.All(line => line.Holds);

    /// <summary>Notes whether a promise holds.</summary>
    public void Expect(bool holds, string text) => _lines.Add((holds, text));

    /// <summary>Prints all lines; the last says whether the check passed.</summary>
    public void Print()
    {
        foreach (var (holds, text) in _lines) Console.Out.WriteLine($"  {(holds ? "ok  " : "FAIL")} {text}");
        Console.Out.WriteLine($"check {Name}: {(Passed ? "passed" : "failed")}");
    }
}
