using Millrace.Core.Conversions;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Pool;

/// <summary>A kernel that was started for one suspect image, and ends with it.</summary>
internal sealed class QuarantineKernel(KernelStable stable, KernelProcess kernel) : IAsyncDisposable
{
    /// <summary>Hands it the image; once.</summary>
    public Task<KernelAnswer> ConvertAsync(ConversionRequest request) => kernel.ConvertAsync(request);

    /// <summary>Ends and reaps it.</summary>
    public async ValueTask DisposeAsync() => await stable.BuryAsync(kernel);
}
