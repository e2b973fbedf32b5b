namespace Millrace.Doctor;

/// <summary>What an examination came to.</summary>
/// <param name="Part">What was looked at, for example <c>store</c>.</param>
/// <param name="Grade">How it is.</param>
/// <param name="Text">What was seen, with figures; of what is not well, what to do.</param>
internal sealed record Finding(string Part, Grade Grade, string Text)
{
    /// <summary>All is well.</summary>
    public static Finding Well(string part, string text) => new(part, Grade.Well, text);

    /// <summary>It works, and not as it should.</summary>
    public static Finding Poor(string part, string text) => new(part, Grade.Poor, text);

    /// <summary>It does not work.</summary>
    public static Finding Bad(string part, string text) => new(part, Grade.Bad, text);
}

/// <summary>How something is.</summary>
internal enum Grade
{
    /// <summary>As it should be.</summary>
    Well,

    /// <summary>It works, and should be looked at.</summary>
    Poor,

    /// <summary>It does not work.</summary>
    Bad,
}
