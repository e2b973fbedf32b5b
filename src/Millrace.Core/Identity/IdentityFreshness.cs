namespace Millrace.Core.Identity;

/// <summary>How far what is known of tenants can be relied on.</summary>
public enum IdentityFreshness
{
    /// <summary>Nothing is known yet: nobody can be let in.</summary>
    Unknown,

    /// <summary>It is older than this deployment allows: nobody is let in.</summary>
    TooOld,

    /// <summary>It is old enough to tell operators, and is used.</summary>
    Late,

    /// <summary>Management was heard lately.</summary>
    Fresh,
}

/// <summary>Judges the age of what is known.</summary>
/// <param name="AlarmAge">From which age on operators are told. Above 0.</param>
/// <param name="AgeMax">From which age on nobody is let in; null: what is known serves for as long as it lasts.</param>
public readonly record struct FreshnessRules(TimeSpan AlarmAge, TimeSpan? AgeMax)
{
    /// <summary>Judges.</summary>
    /// <param name="age">Time since management was heard last; null: never.</param>
    public IdentityFreshness Judge(TimeSpan? age) => age switch
    {
        null => IdentityFreshness.Unknown,
        { } old when old >= AgeMax => IdentityFreshness.TooOld,
        { } old when old >= AlarmAge => IdentityFreshness.Late,
        _ => IdentityFreshness.Fresh,
    };
}
