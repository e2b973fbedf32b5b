using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Metering;

/// <summary>Composition of metering, in a process that answers or works.</summary>
public static class MeteringServices
{
    /// <summary>
    /// Adds the <see cref="IUsageRecorder"/> and what ships its records to the <c>IUsageLedger</c> and the
    /// <c>IObjectStore</c> that are there. Called before what records is added: it must stop after that. Options come
    /// from the section <c>Metering</c>.
    /// </summary>
    /// <param name="services">Of the host.</param>
    /// <param name="seed">Of all chance in it.</param>
    public static IServiceCollection AddMetering(this IServiceCollection services, int seed)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<MeteringOptions>().BindConfiguration("Metering").ValidateOnStart();
        services.AddSingleton<IValidateOptions<MeteringOptions>, MeteringOptionsValidator>();
        services.AddSingleton<MeteringMetrics>();
        services.AddSingleton(provider => new Recording(
            provider.GetRequiredService<IOptions<MeteringOptions>>(), provider.GetService<IUsageLedger>(),
            provider.GetService<IObjectStore>(), provider.GetRequiredService<MeteringMetrics>(), new Random(seed),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IUsageRecorder>(provider => provider.GetRequiredService<Recording>().Journal);
        services.AddHostedService<RecordingHost>();
        return services;
    }
}

/// <summary>Ships while the host runs, and a last time when it stops.</summary>
internal sealed class RecordingHost(Recording recording, TimeProvider time) : BackgroundService
{
    // When it takes longer, readiness says why.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        // What is served next is recorded, and nothing is before a store knows of this boot.
        await Task.WhenAny(recording.Journal.Known, Task.Delay(Patience, time, cancellationToken));
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await recording.EndAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => recording.RunAsync(stoppingToken);
}
