using Millrace.Core.Conversions;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Pool;

/// <summary>A kernel that was started for one suspect image, and ends with it.</summary>
/// <param name="hand">Hands it the image.</param>
/// <param name="bury">Ends and reaps it.</param>
internal sealed class QuarantineKernel(HandImage hand, Func<Task> bury) : IAsyncDisposable
{
    /// <summary>Hands it the image; once.</summary>
    public Task<KernelAnswer> ConvertAsync(ConversionRequest request) => hand(request);

    /// <summary>Ends and reaps it.</summary>
    public async ValueTask DisposeAsync() => await bury();
}
