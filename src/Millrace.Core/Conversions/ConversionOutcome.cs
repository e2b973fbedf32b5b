namespace Millrace.Core.Conversions;

/// <summary>How a conversion ended: an image, or a failure with its reason; never both.</summary>
/// <param name="Image">The result; null when it failed. The receiver disposes it.</param>
/// <param name="Failure">Why there is none; null when it succeeded.</param>
/// <param name="Reason">One sentence for the caller, without internals; empty when it succeeded.</param>
/// <param name="Timing">Where the time went.</param>
public sealed record ConversionOutcome(
    ConvertedImage? Image, ConversionFailure? Failure, string Reason, ConversionTiming Timing)
{
    /// <summary>A success.</summary>
    public static ConversionOutcome Of(ConvertedImage image, ConversionTiming timing) => new(image, null, "", timing);

    /// <summary>A failure.</summary>
    public static ConversionOutcome Of(ConversionFailure failure, string reason, ConversionTiming timing = default) =>
        new(null, failure, reason, timing);
}

/// <summary>Where the time of a conversion went.</summary>
/// <param name="Queued">Waiting for a free kernel.</param>
/// <param name="Converted">In kernels, all attempts together.</param>
/// <param name="Attempts">Kernels that were given the image; 0 when none was.</param>
public readonly record struct ConversionTiming(TimeSpan Queued, TimeSpan Converted, int Attempts);

/// <summary>
/// Converts one image; never throws for what the image or the load is, only when cancelled or broken. This is where the
/// queue will stand between edge and worker: the edge knows nothing else of who converts.
/// </summary>
/// <param name="request">Image and transform.</param>
/// <param name="cancellationToken">
/// Gives up waiting; a conversion already in a kernel is finished and thrown away.
/// </param>
public delegate Task<ConversionOutcome> ConvertImage(ConversionRequest request, CancellationToken cancellationToken);
