namespace Millrace.Drills.History;

/// <summary>What an entry tells of an operation.</summary>
internal enum EntryType
{
    /// <summary>It begins.</summary>
    Invoke,

    /// <summary>It was done.</summary>
    Ok,

    /// <summary>It was not done, provably: refused before sending, a 4xx, or our own shed answer.</summary>
    Fail,

    /// <summary>Nobody knows: a timeout, a reset, or any other 5xx. It may still be done.</summary>
    Info,
}
