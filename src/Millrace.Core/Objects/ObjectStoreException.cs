namespace Millrace.Core.Objects;

/// <summary>The object store could not do what it was asked to. The message is for operators.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What failed and what to do, without secrets.</param>
/// <param name="inner">What was caught.</param>
public sealed class ObjectStoreException(ObjectStoreFault fault, string message, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public ObjectStoreFault Fault { get; } = fault;
}

/// <summary>Why an object store failed.</summary>
public enum ObjectStoreFault
{
    /// <summary>
    /// It did not answer in time, or answered that it cannot now; a put may or may not have happened.
    /// </summary>
    Unavailable,

    /// <summary>There is no room; nothing was stored.</summary>
    Full,

    /// <summary>It refuses these credentials or this bucket; nothing was stored. A human must see to it.</summary>
    Refused,

    /// <summary>What came back is not what was stored, or broke off.</summary>
    Broken,
}
