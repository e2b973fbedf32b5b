using Millrace.Core.Images;

namespace Millrace.Core.Conversions;

/// <summary>A conversion as its caller's edge orders it: the request, and what is known around it.</summary>
public sealed record ConversionOrder
{
    /// <summary>The job's id, UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose image it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Image and transform.</summary>
    public required ConversionRequest Request { get; init; }

    /// <summary>SHA-256 of the source, lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>What the source claims to be.</summary>
    public required ImageHeader Header { get; init; }

    /// <summary>How long its caller waits from now on.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The caller's <c>traceparent</c>; null when there is none.</summary>
    public string? Trace { get; init; }

    /// <summary>
    /// Called before the outcome is handed back when somebody may still be reading the source: its buffer must then not
    /// be used again. Null when the buffer is never used again.
    /// </summary>
    public Action? KeepSource { get; init; }
}

/// <summary>
/// Has one image converted, wherever; never throws for what the image or the load is, only when cancelled or broken.
/// </summary>
/// <param name="order">What to do, and for whom.</param>
/// <param name="cancellationToken">
/// Gives up waiting; the source may then still be read, so its buffer must not be used again.
/// </param>
public delegate Task<ConversionOutcome> ConvertOrder(ConversionOrder order, CancellationToken cancellationToken);
