using System.Text.RegularExpressions;

namespace Millrace.Tidy.Tests;

/// <summary>Words in code that put work off or switch a check off.</summary>
internal static partial class MarkerRules
{
    // Each pattern is written so that it does not find itself.
    private static readonly (Regex Pattern, string Advice)[] Forbidden =
    [
        (Postponed(), "Do it now, or file an issue and write T\u004FDO(name): reason."),
        (Skipped(), "A skipped test shows nothing; make it pass or take it out."),
        (Vacuous(), "An assertion that cannot fail is none; assert what the test is about."),
        (Missing(), "Write the member, or leave it out until it is needed."),
        (Disabled(), "Say after // on the same line why the warning is wrong here, or heed it."),
        (Suppressed(), "Give a Justification on the same line, or heed the warning."),
    ];

    /// <summary>Every line that holds a forbidden marker.</summary>
    public static IEnumerable<Finding> Markers(TextFile file) =>
        from line in file.Lines.Index()
        from rule in Forbidden
        where rule.Pattern.IsMatch(line.Item)
        select file.At(line.Index + 1, rule.Advice);

    [GeneratedRegex(@"\b(T[O]DO|F[I]XME|H[A]CK)\b(?!\([\w.-]+\): \S)")]
    private static partial Regex Postponed();

    [GeneratedRegex(@"\bS[k]ip(Unless|When|Type|TestWithoutData)?\s*=(?![=>])|Assert\.S[k]ip|\[I[g]nore")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"Assert\.(T[r]ue\(\s*true|F[a]lse\(\s*false)\b")]
    private static partial Regex Vacuous();

    [GeneratedRegex(@"N[o]tImplementedException")]
    private static partial Regex Missing();

    [GeneratedRegex(@"#p[r]agma warning disable(?!.*//\s*\S{3})")]
    private static partial Regex Disabled();

    [GeneratedRegex(@"\bS[u]ppressMessage(Attribute)?\((?!.*Justification = ""[^""\s])(?!.*//\s*\S{3})")]
    private static partial Regex Suppressed();
}
