using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Worker.Pool;

/// <summary>What happens when a mechanism of the kernels' sandbox is not to be had on this machine.</summary>
public enum SandboxDemand
{
    /// <summary>The service does not start.</summary>
    Required,

    /// <summary>The service starts, and says what is missing.</summary>
    BestEffort,
}

/// <summary>
/// How many kernels there are, and what each image may cost. Configuration section <c>Worker:Pool</c>.
/// </summary>
public sealed record KernelPoolOptions
{
    /// <summary>
    /// Images converted at the same time. 1 to 1024; default one a processor and one more, which works while another
    /// waits for its next image: 15 % more images a second on two processors (docs/performance.md).
    /// </summary>
    [Range(1, 1024)] public int Kernels { get; init; } = Environment.ProcessorCount + 1;

    /// <summary>Warm kernels kept beside those, so that a dead one is replaced at once. 1 to 64; default 1.</summary>
    [Range(1, 64)] public int Spares { get; init; } = 1;

    /// <summary>
    /// Images that may wait for a kernel. 0 to 100,000; default 256: about two seconds of work for two kernels.
    /// </summary>
    [Range(0, 100_000)] public int QueueMax { get; init; } = 256;

    /// <summary>How long an image may wait for a kernel. 10 ms to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Suspect images that may wait for a quarantine kernel. 0 to 10,000; default 16: each may hold its bytes.
    /// </summary>
    [Range(0, 10_000)] public int QuarantineQueueMax { get; init; } = 16;

    /// <summary>
    /// Quarantine kernels at the same time, beside the others: a quarter as many, and at least 1. Follows
    /// <see cref="Kernels"/>.
    /// </summary>
    public int QuarantineKernels => Math.Max(1, Kernels / 4);

    /// <summary>How long a kernel may work on one image before it is killed. 50 ms to 10 min; default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan ConversionTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Resident bytes at which a kernel is killed. 64 MiB to 64 GiB; default 1 GiB: the largest image allowed by
    /// default, 50 MP, needs about 0.7 as AVIF.
    /// </summary>
    [Range(64L << 20, 64L << 30)] public long MemoryBytesMax { get; init; } = 1L << 30;

    /// <summary>
    /// Images after which a kernel is replaced by a fresh one. 1 to 1,000,000; default 1,000: a start costs 70 ms of
    /// CPU time as native code, which is 1 % of the work between two.
    /// </summary>
    [Range(1, 1_000_000)] public int RecycleAfter { get; init; } = 1_000;

    /// <summary>Resident bytes at which an idle kernel is replaced by a fresh one. Default 384 MiB.</summary>
    [Range(16L << 20, 64L << 30)] public long RecycleBytes { get; init; } = 384L << 20;

    /// <summary>How long a kernel may take to start and warm up. 1 s to 5 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for images that kernels hold. 0 to 10 min; default 25 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Longest encoded result taken from a kernel, in bytes. Default 256 MiB: 50 MP of incompressible PNG.
    /// </summary>
    [Range(1L << 10, 1L << 30)] public long ResultBytesMax { get; init; } = 256L << 20;

    /// <summary>What happens when the sandbox is not complete. Default: the service does not start.</summary>
    public SandboxDemand Sandbox { get; init; }

    /// <summary>The kernel's executable or assembly; null: the one that was built with this service.</summary>
    public string? KernelPath { get; init; }

    /// <summary>
    /// Value of the kernels' fault switch, which only test builds of the kernel accept; null: not set.
    /// </summary>
    public string? FaultSwitch { get; init; }
}

/// <summary>Checks the ranges named on <see cref="KernelPoolOptions"/>.</summary>
[OptionsValidator]
public sealed partial class KernelPoolOptionsValidator : IValidateOptions<KernelPoolOptions>;
