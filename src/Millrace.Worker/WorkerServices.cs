using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Worker.Pool;

namespace Millrace.Worker;

/// <summary>Composition of a worker that runs in the same process as whoever asks it to convert.</summary>
public static class WorkerServices
{
    /// <summary>Adds a kernel pool that starts and stops with the host, and the <see cref="ConvertImage"/> that uses it.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Validated before the host serves.</param>
    public static IServiceCollection AddKernelPool(this IServiceCollection services, KernelPoolOptions options)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<KernelPoolOptions>, KernelPoolOptionsValidator>();
        services.AddOptionsWithValidateOnStart<KernelPoolOptions>();
        services.AddSingleton<IOptionsFactory<KernelPoolOptions>>(provider => new GivenOptions(
            options, provider.GetServices<IValidateOptions<KernelPoolOptions>>()));
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<KernelPool>();
        services.AddHostedService(provider => provider.GetRequiredService<KernelPool>());
        services.AddSingleton<ConvertImage>(provider => provider.GetRequiredService<KernelPool>().ConvertAsync);
        return services;
    }

    // Options are one immutable record made by the command line, not bound and mutated.
    private sealed class GivenOptions(
        KernelPoolOptions options, IEnumerable<IValidateOptions<KernelPoolOptions>> validators)
        : OptionsFactory<KernelPoolOptions>([], [], validators)
    {
        protected override KernelPoolOptions CreateInstance(string name) => options;
    }
}
