using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Worker;
using Millrace.Worker.Pool;

namespace Millrace.Testing;

/// <summary>A started pool of real kernels.</summary>
internal sealed class RunningPool : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private RunningPool(KernelPoolOptions options) => Pool = new KernelPool(
        Options.Create(options),
        new ImageLimits(),
        new WorkerMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
        TimeProvider.System,
        NullLogger<KernelPool>.Instance);

    public KernelPool Pool { get; }

    public static async Task<RunningPool> StartAsync(KernelPoolOptions options)
    {
        var running = new RunningPool(options);
        try
        {
            await running.Pool.StartAsync(TestContext.Current.CancellationToken);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public Task<ConversionOutcome> ConvertAsync(byte[] source, string transform = "width=100") =>
        Pool.ConvertAsync(TestKernel.Request(source, transform), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Pool.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
