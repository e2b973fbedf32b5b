using Millrace.Core.Conversions;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Pool;

/// <summary>Hands an image to a kernel.</summary>
/// <returns>What it made of it, or its death.</returns>
internal delegate Task<KernelAnswer> HandImage(ConversionRequest request);

/// <summary>Starts a quarantine kernel.</summary>
/// <param name="cancellationToken">Ends the start; nothing is left of it.</param>
/// <returns>Null when none could be started.</returns>
internal delegate Task<QuarantineKernel?> StartAlone(CancellationToken cancellationToken);

/// <summary>
/// The two ways in which an image comes to a kernel. Apart from the pool, so that the order of images and deaths can be
/// run without processes.
/// </summary>
/// <param name="Any">To whichever ordinary kernel is free.</param>
/// <param name="Alone">To a fresh one.</param>
internal sealed record KernelHands(HandImage Any, StartAlone Alone)
{
    /// <summary>Those of a pool.</summary>
    public static KernelHands Of(KernelPool pool) => new(pool.ConvertOnceAsync, pool.StartAloneAsync);
}
