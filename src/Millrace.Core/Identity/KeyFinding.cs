namespace Millrace.Core.Identity;

/// <summary>What a key is worth now.</summary>
public enum KeyStanding
{
    /// <summary>Nothing is known of it: nobody has it, or it is newer than what is known.</summary>
    Absent,

    /// <summary>It opens nothing any more: revoked, past its end, or its tenant is deleted.</summary>
    Void,

    /// <summary>Its tenant is suspended.</summary>
    Suspended,

    /// <summary>It opens what its scopes say.</summary>
    Live,
}

/// <summary>What was found of a key.</summary>
/// <param name="Standing">What it is worth.</param>
/// <param name="Caller">Whose it is; nothing of use unless it is live or suspended.</param>
public readonly record struct KeyFinding(KeyStanding Standing, Caller Caller);
