using Millrace.Core.Conversions;

namespace Millrace.Worker.Kernels;

/// <summary>Why a kernel is dead.</summary>
internal enum KernelDeathCause
{
    /// <summary>A signal that we did not send: a crash, or somebody's kill -9.</summary>
    Signal,

    /// <summary>It exited by itself.</summary>
    Exit,

    /// <summary>We killed it: one image took longer than allowed.</summary>
    Deadline,

    /// <summary>It took more memory than allowed: we killed it, or it met its own limit.</summary>
    Memory,

    /// <summary>We killed it: it sent what no kernel sends.</summary>
    Protocol,

    /// <summary>We ended it: it had served its time, or the service stops.</summary>
    Retired,
}

/// <summary>A kernel's death, for the log, the metrics and the caller.</summary>
internal sealed record KernelDeath(KernelDeathCause Cause, ChildExit? Exit, string Stderr)
{
    private const int SignalCpuLimit = 24;

    /// <summary>How glib and .NET end when memory is refused.</summary>
    private static readonly string[] OutOfMemoryWords = ["failed to allocate", "Out of memory", "std::bad_alloc",
        "OutOfMemoryException"];

    /// <summary>
    /// Whether the same image may be tried again: a crash may have been somebody's kill, the others were the image's.
    /// </summary>
    public bool MayRetry => Cause is KernelDeathCause.Signal or KernelDeathCause.Exit;

    /// <summary>The failure that its image ends with.</summary>
    public ConversionFailure Failure => Cause switch
    {
        KernelDeathCause.Deadline => ConversionFailure.KernelDeadline,
        KernelDeathCause.Memory => ConversionFailure.KernelOutOfMemory,
        KernelDeathCause.Protocol => ConversionFailure.KernelProtocol,
        KernelDeathCause.Retired => ConversionFailure.Stopping,
        _ => ConversionFailure.KernelCrashed,
    };

    /// <summary>One sentence for the caller.</summary>
    public string Reason => Cause switch
    {
        KernelDeathCause.Deadline => "The image takes longer to convert than one image may take.",
        KernelDeathCause.Memory => "The image needs more memory than one image may have.",
        KernelDeathCause.Protocol => "The image broke the decoder; it was stopped.",
        KernelDeathCause.Retired => "The service stopped before the image was done; try another server.",
        _ => "The image crashed the decoder.",
    };

    /// <summary>The cause as far as exit and last words tell, where we did not kill it.</summary>
    public static KernelDeathCause Judge(ChildExit? exit, string stderr)
    {
        if (OutOfMemoryWords.Any(words => stderr.Contains(words, StringComparison.Ordinal)))
            return KernelDeathCause.Memory;
        if (exit is { Signal: SignalCpuLimit }) return KernelDeathCause.Deadline;
        return exit is { Signal: 0 } ? KernelDeathCause.Exit : KernelDeathCause.Signal;
    }
}

/// <summary>What came of handing an image to a kernel: an outcome or a death, never both.</summary>
/// <param name="Outcome">Null when it died.</param>
/// <param name="Death">Null when it lives.</param>
/// <param name="Held">Whether all of the image was handed over; a kernel that died before was dead already.</param>
internal readonly record struct KernelAnswer(ConversionOutcome? Outcome, KernelDeath? Death, bool Held);
