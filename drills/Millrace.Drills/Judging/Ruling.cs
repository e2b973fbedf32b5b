namespace Millrace.Drills.Judging;

/// <summary>What a judge says.</summary>
internal enum RulingState
{
    Holds,

    Broken,

    /// <summary>The history has nothing that could have broken it.</summary>
    Unknown,
}

/// <summary>One judge's ruling on a history.</summary>
/// <param name="Judge">J1 to J7, or a drill's own promise.</param>
/// <param name="State">Whether it holds.</param>
/// <param name="Text">With the figures.</param>
/// <param name="Examples">The first of what breaks it.</param>
internal sealed record Ruling(string Judge, RulingState State, string Text, IReadOnlyList<string> Examples)
{
    private const int ExamplesMax = 10;

    /// <summary>Broken by any violation, unknown when nothing was judged.</summary>
    public static Ruling Of(string judge, int judged, string text, IReadOnlyList<string> violations)
    {
        var state = violations.Count > 0 ? RulingState.Broken
            : judged > 0 ? RulingState.Holds : RulingState.Unknown;
        return new Ruling(judge, state, text, [.. violations.Take(ExamplesMax)]);
    }

    /// <summary>A drill's own promise.</summary>
    public static Ruling Expect(string judge, bool holds, string text) =>
        new(judge, holds ? RulingState.Holds : RulingState.Broken, text, []);
}
