namespace Millrace.Cluster.Checks;

/// <summary>What a check came to: each promise with the figure found.</summary>
internal sealed class Verdict(string name)
{
    private readonly List<bool> _lines = [];

    public string Name { get; } = name;

    public bool Passed => _lines.Count > 0 && _lines.All(holds => holds);

    /// <summary>Notes whether a promise holds, and prints it: who watches sees it before the end.</summary>
    public void Expect(bool holds, string text)
    {
        _lines.Add(holds);
        Console.Out.WriteLine($"  {(holds ? "ok  " : "FAIL")} {text}");
    }

    /// <summary>Prints whether the check passed.</summary>
    public void Print() => Console.Out.WriteLine($"check {Name}: {(Passed ? "passed" : "failed")}");
}
