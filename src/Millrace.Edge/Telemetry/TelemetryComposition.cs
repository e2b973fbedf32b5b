using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Millrace.Edge.Telemetry;

/// <summary>Telemetry of a whole process: metrics to be scraped, traces to be sent where the operator says.</summary>
public static class TelemetryComposition
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string EveryMillrace = "Millrace.*";

    /// <summary>
    /// Collects the meters of ASP.NET Core, the runtime and every <c>Millrace.*</c>; traces, and sends metrics too,
    /// only while OTEL_EXPORTER_OTLP_ENDPOINT is set.
    /// </summary>
    public static IServiceCollection AddMillraceTelemetry(
        this IServiceCollection services, IConfiguration configuration)
    {
        var exports = !string.IsNullOrEmpty(configuration[OtlpEndpoint]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("millrace"))
            .WithMetrics(metrics => metrics
                .AddMeter(EveryMillrace)
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (!exports) return services;
        telemetry.WithTracing(tracing => tracing.AddSource(EveryMillrace).AddAspNetCoreInstrumentation());
        telemetry.UseOtlpExporter();
        return services;
    }

    /// <summary>Serves the metrics at <c>/metrics</c> in Prometheus' text format.</summary>
    public static WebApplication MapMillraceTelemetry(this WebApplication app)
    {
        app.MapPrometheusScrapingEndpoint("/metrics").DisableHttpMetrics();
        return app;
    }
}
