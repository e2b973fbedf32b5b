namespace Millrace.Core.Conversions;

/// <summary>
/// Every way in which a conversion ends without an image. The numbers travel between kernel and worker.
/// </summary>
public enum ConversionFailure
{
    /// <summary>The source has no bytes.</summary>
    Empty = 1,

    /// <summary>The magic bytes are of no format that Millrace reads.</summary>
    UnsupportedFormat = 2,

    /// <summary>More encoded bytes than allowed.</summary>
    TooManyBytes = 3,

    /// <summary>More pixels than allowed, in one frame or in all.</summary>
    TooManyPixels = 4,

    /// <summary>More frames than allowed.</summary>
    TooManyFrames = 5,

    /// <summary>A JPEG with more scans than allowed.</summary>
    TooManyScans = 6,

    /// <summary>The result would have more pixels, or a longer side, than allowed.</summary>
    OutputTooLarge = 7,

    /// <summary>The header is damaged, or the pixels end early or do not decode.</summary>
    Damaged = 8,

    /// <summary>The transform does not fit this image, for example a crop outside it.</summary>
    TransformImpossible = 9,

    /// <summary>The watermark image cannot be read.</summary>
    WatermarkUnreadable = 10,

    /// <summary>The stored source of a durable job is gone, or is not what was stored.</summary>
    SourceGone = 11,

    /// <summary>The kernel died by a signal while it held this image.</summary>
    KernelCrashed = 20,

    /// <summary>The kernel held this image past the deadline for one conversion and was killed.</summary>
    KernelDeadline = 21,

    /// <summary>The kernel needed more memory than allowed for this image and was killed.</summary>
    KernelOutOfMemory = 22,

    /// <summary>The kernel broke the frame protocol and was killed.</summary>
    KernelProtocol = 23,

    /// <summary>The image has killed kernels before, and nobody works on it any more.</summary>
    Quarantined = 24,

    /// <summary>As many conversions wait as may wait.</summary>
    QueueFull = 30,

    /// <summary>No kernel became free within the time that a conversion may wait.</summary>
    QueueDeadline = 31,

    /// <summary>The service is stopping and takes no new work.</summary>
    Stopping = 32,

    /// <summary>No kernel could be started.</summary>
    NoKernel = 33,

    /// <summary>The workers that had it were lost, as often as it may be tried.</summary>
    WorkerLost = 34,

    /// <summary>The queue took no ticket in time: it has no leader, or cannot be reached.</summary>
    QueueUnavailable = 35,

    /// <summary>A durable job that no worker ended, in the time or the attempts in which one must.</summary>
    NotWorkedOn = 36,
}
