namespace Millrace.Tidy.Tests;

/// <summary>One place where a rule does not hold.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Advice">What is wrong and what to do.</param>
internal readonly record struct Finding(string Path, int Line, string Advice)
{
    public override string ToString() => $"{Path}:{Line}: {Advice}";
}
