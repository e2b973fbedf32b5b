using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Millrace.Core.Conversions;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Promises;
using Millrace.Edge.Admission;
using Millrace.Edge.Answers;
using Millrace.Edge.Convert;
using Millrace.Edge.Description;
using Millrace.Edge.Health;
using Millrace.Edge.Identity;
using Millrace.Edge.Jobs;
using Millrace.Edge.Problems;
using Millrace.Edge.Serving;
using Millrace.Edge.Telemetry;
using Millrace.Edge.Usage;
using Millrace.Edge.Webhooks;
using Millrace.Identity.Following;

namespace Millrace.Edge;

/// <summary>
/// Puts the edge into a web host: <see cref="AddEdge"/> before it is built, <see cref="MapEdge"/> after.
/// </summary>
public static class EdgeComposition
{
    private const string Section = "Edge:";

    /// <summary>
    /// Adds all that the edge needs but a <see cref="ConvertOrder"/>, which is registered beside it, and a word about
    /// who its callers are, of <see cref="IdentityComposition"/>; also <see cref="ImageLimits"/> and
    /// <see cref="TimeProvider"/> unless they are there.
    /// </summary>
    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ImageLimits());
        AddOptions<AdmissionOptions, AdmissionOptionsValidator>(services, "Admission");
        AddOptions<ConvertOptions, ConvertOptionsValidator>(services, "Convert");
        AddOptions<HealthOptions, HealthOptionsValidator>(services, "Health");
        AddOptions<ServingOptions, ServingOptionsValidator>(services, "Serving");
        AddAdmission(services);
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<ConversionProgress>();
        services.AddSingleton<Trial>();
        services.AddSingleton<HealthEndpoints>();
        services.TryAddSingleton<LiveAnswers>();
        services.AddSingleton<AnswerCounting>();
        services.AddSingleton<ServiceEndpoint>();
        services.AddSingleton<BodyReading>();
        services.AddSingleton<AnswerRecord>();
        services.AddSingleton<ConvertEndpoint>();
        AddServing(services);
        AddDescription(services);
        // The host's own lines about each request tell its whole URL, and cost more than all the edge's work on it.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        return services;
    }

    /// <summary>Maps every address of the edge and the treatment of errors.</summary>
    public static WebApplication MapEdge(this WebApplication app)
    {
        var counting = app.Services.GetRequiredService<AnswerCounting>();
        app.Use(next => context => counting.HandleAsync(context, next));
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            Identify(context, time);
            return next(context);
        });
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        IdentityComposition.Use(app);
        var rates = app.Services.GetRequiredService<RateGate>();
        app.Use(next => context => rates.HandleAsync(context, next));
        app.MapPost(ConvertEndpoint.Path, JobsComposition.Convert(app.Services)).Requires(KeyScopes.Convert);
        JobsComposition.Map(app);
        WebhooksComposition.Map(app);
        UsageComposition.Map(app);
        app.MapGet(ServiceDefinition.Path, app.Services.GetRequiredService<ServiceEndpoint>().HandleAsync);
        MapHealth(app, app.Services.GetRequiredService<HealthEndpoints>());
        DescriptionRoutes.Map(app);
        return app;
    }

    private static void MapHealth(WebApplication app, HealthEndpoints health)
    {
        // HEAD too, because some balancers ask that way.
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/health/live", methods, HealthEndpoints.LiveAsync).DisableHttpMetrics();
        app.MapMethods("/health/ready", methods, health.ReadyAsync).DisableHttpMetrics();
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(Section + section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }

    // Without keys nobody tells of other edges, and no tenant has limits to divide.
    private static void AddAdmission(IServiceCollection services)
    {
        services.TryAddSingleton<LiveEdges>(provider =>
            provider.GetService<KnownTenants>() is { } known ? () => known.LiveEdges : () => 1);
        services.AddMetrics();
        services.AddSingleton<AdmissionMetrics>();
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<RateGate>();
    }

    private static void AddServing(IServiceCollection services)
    {
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelLimits>();
        services.AddSingleton<IConfigureOptions<HostOptions>, KestrelLimits>();
        services.AddSingleton<IMemoryPoolFactory<byte>, BlockPool>();
        // Before AddProblemDetails: the first writer that can write does.
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
    }

    private static void AddDescription(IServiceCollection services) => services.AddOpenApi("v1", document =>
    {
        document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        document.AddDocumentTransformer<ApiDescription>();
        document.AddDocumentTransformer<ServiceDescription>();
    });

    /// <summary>Every answer tells its id, which also stands in the log lines of its request.</summary>
    private static void Identify(HttpContext context, TimeProvider time)
    {
        context.TraceIdentifier = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        context.Response.Headers[ProblemWriter.JobHeader] = context.TraceIdentifier;
        SafeHeaders.Set(context, context.Request.Path.StartsWithSegments(DescriptionRoutes.PagePath));
    }
}
