namespace Millrace.Management;

/// <summary>What a change or a question came to: a value, or a refusal that was to be expected.</summary>
/// <param name="Value">Of use only without a refusal.</param>
/// <param name="Refusal">Why not; null when it was done.</param>
public readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
{
    /// <summary>Done.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>Refused.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>Why something was not done.</summary>
/// <param name="Code">What kind of reason.</param>
/// <param name="Sentence">For the caller: what is wrong and what is allowed. Tells no secret.</param>
public sealed record Refusal(RefusalCode Code, string Sentence)
{
    /// <summary>There is no such thing, or not for this caller.</summary>
    public static Refusal NotFound(string what) => new(RefusalCode.NotFound, $"There is no {what}.");

    /// <summary>A value cannot be taken.</summary>
    public static Refusal Invalid(string sentence) => new(RefusalCode.Invalid, sentence);

    /// <summary>It was changed meanwhile, or its state does not allow it.</summary>
    public static Refusal Conflict(string sentence) => new(RefusalCode.Conflict, sentence);

    /// <summary>There are as many as may be.</summary>
    public static Refusal Limit(string sentence) => new(RefusalCode.Limit, sentence);
}

/// <summary>Kinds of refusals.</summary>
public enum RefusalCode
{
    /// <summary>There is no such thing.</summary>
    NotFound,

    /// <summary>A value cannot be taken.</summary>
    Invalid,

    /// <summary>It is not as the caller thinks it is, or its state does not allow the change.</summary>
    Conflict,

    /// <summary>There are as many as may be.</summary>
    Limit,

    /// <summary>The caller's version is not the newest.</summary>
    Outdated,
}
