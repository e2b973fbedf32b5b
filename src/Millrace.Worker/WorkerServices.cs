using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Worker.Pool;

namespace Millrace.Worker;

/// <summary>Composition of a worker that runs in the same process as whoever asks it to convert.</summary>
public static class WorkerServices
{
    /// <summary>
    /// Adds a kernel pool that starts and stops with the host, and the <see cref="ConvertImage"/> that uses it; also
    /// <see cref="ImageLimits"/> and <see cref="TimeProvider"/> unless they are there. Options come from the section
    /// <c>Worker:Pool</c>.
    /// </summary>
    public static IServiceCollection AddKernelPool(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ImageLimits());
        services.AddOptions<KernelPoolOptions>().BindConfiguration("Worker:Pool").ValidateOnStart();
        services.AddSingleton<IValidateOptions<KernelPoolOptions>, KernelPoolOptionsValidator>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<KernelPool>();
        services.AddHostedService(provider => provider.GetRequiredService<KernelPool>());
        services.AddSingleton<ConvertImage>(provider => provider.GetRequiredService<KernelPool>().ConvertAsync);
        return services;
    }
}
