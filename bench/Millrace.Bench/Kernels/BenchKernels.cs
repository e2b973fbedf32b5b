using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Worker;
using Millrace.Worker.Pool;

namespace Millrace.Bench.Kernels;

/// <summary>A pool of native kernels as the service has it, for an edge in this process.</summary>
internal sealed class BenchKernels : IAsyncDisposable
{
    private readonly KernelPool _pool;

    private BenchKernels(KernelPool pool) => _pool = pool;

    public ConvertOrder Convert => (order, cancellationToken) => _pool.ConvertAsync(order.Request, cancellationToken);

    public static async Task<BenchKernels> StartAsync(
        Places places, IMeterFactory meters, CancellationToken cancellationToken)
    {
        var options = new KernelPoolOptions { KernelPath = places.NativeKernel };
        var pool = new KernelPool(
            Options.Create(options), new ImageLimits(), new WorkerMetrics(meters), TimeProvider.System,
            NullLogger<KernelPool>.Instance);
        try
        {
            await pool.StartAsync(cancellationToken);
            return new BenchKernels(pool);
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.StopAsync(CancellationToken.None);
        await _pool.DisposeAsync();
    }
}
