using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Promises;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Description;
using Millrace.Management.Edges;
using Millrace.Management.Operators;
using Millrace.Management.Serving;
using Millrace.Management.Store;

namespace Millrace.Management;

/// <summary>
/// Puts management into a web host of its own: <see cref="AddManagementHttp"/> before it is built,
/// <see cref="MapManagement"/> after.
/// </summary>
public static class ManagementHttp
{
    private const string Section = "Management:";

    /// <summary>
    /// Adds all that listens; the database and what is done with it stand beside it. Options come from the sections
    /// <c>Management:Callers</c>, <c>:Oidc</c> and <c>:Serving</c>.
    /// </summary>
    /// <param name="services">The host's.</param>
    /// <param name="seed">For counts by address; not to be known outside.</param>
    public static IServiceCollection AddManagementHttp(this IServiceCollection services, int seed)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddOptions<CallerOptions, CallerOptionsValidator>(services, "Callers");
        AddOptions<OidcOptions, OidcOptionsValidator>(services, "Oidc");
        AddOptions<ServingOptions, ServingOptionsValidator>(services, "Serving");
        services.AddSingleton<IValidateOptions<CallerOptions>, CallerFiles>();
        services.AddSingleton<IValidateOptions<OidcOptions>, OidcPlaces>();
        AddCallers(services, seed);
        services.AddSingleton<FeedEndpoints>();
        services.TryAddSingleton<LiveAnswers>();
        services.AddSingleton<AnswerCounting>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<Api>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelLimits>();
        services.AddSingleton<IConfigureOptions<HostOptions>, KestrelLimits>();
        // Before AddProblemDetails: the first writer that can write does.
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        return services;
    }

    /// <summary>Maps every address of management, what guards them and the treatment of errors.</summary>
    public static WebApplication MapManagement(this WebApplication app)
    {
        var counting = app.Services.GetRequiredService<AnswerCounting>();
        app.Use(next => context => counting.HandleAsync(context, next));
        var time = app.Services.GetRequiredService<TimeProvider>();
        var gate = app.Services.GetRequiredService<CallerGate>();
        app.Use(next => context =>
        {
            Identify(context, time);
            return next(context);
        });
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(next => context => gate.HandleAllAsync(context, next));
        app.Services.GetRequiredService<FeedEndpoints>().Map(app);
        app.Services.GetRequiredService<Api>().Map(app);
        app.Services.GetRequiredService<HealthEndpoints>().Map(app);
        DescriptionRoutes.Map(app);
        return app;
    }

    /// <summary>
    /// Has the first owner's token made when there is none; <see cref="FirstOperator.Token"/> then has it, to be shown.
    /// Add it after the database.
    /// </summary>
    public static IServiceCollection AddFirstOperator(this IServiceCollection services) =>
        services.AddHostedService(provider => provider.GetRequiredService<FirstOperator>());

    /// <summary>
    /// Maps what tenants do with their own key, <c>/v1/account</c>, into another host: the public one of a server that
    /// has management in the same process.
    /// </summary>
    /// <param name="app">The public host.</param>
    /// <param name="management">Of the host that has management.</param>
    public static WebApplication MapAccount(this WebApplication app, IServiceProvider management)
    {
        var gate = management.GetRequiredService<CallerGate>();
        app.Use(next => context => gate.HandleAsync(context, next));
        management.GetRequiredService<Api>().MapOwn(app);
        app.MapGet(DescriptionRoutes.AccountPath, (RequestDelegate)DescriptionRoutes.WriteAsync)
            .WithMetadata(Demand.Everybody);
        return app;
    }

    /// <summary>Opens the database without serving, for what is done to it alone.</summary>
    /// <exception cref="ManagementStoreException">It cannot be reached or written.</exception>
    public static Task OpenManagementStoreAsync(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<StoreOpening>().RunAsync(cancellationToken);

    /// <summary>
    /// Everybody may call this address of management: nothing is mapped there that does not say who may.
    /// </summary>
    public static TBuilder ForEverybody<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(Demand.Everybody);

    private static void AddCallers(IServiceCollection services, int seed)
    {
        services.AddSingleton(provider => new WrongTokens(
            provider.GetRequiredService<IOptions<CallerOptions>>(), seed,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new OperatorTokens(
            provider.GetRequiredService<ChangeLog>(), provider.GetRequiredService<DatabaseDoor>()));
        services.AddSingleton<FirstOperator>();
        services.AddSingleton<OidcOperators>();
        services.AddSingleton<OperatorCallers>();
        services.AddSingleton<TenantCallers>();
        services.AddSingleton<ClusterCallers>();
        services.AddSingleton<DatabaseTrouble>();
        services.AddSingleton<CallerGate>();
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(Section + section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }

    /// <summary>Every answer tells its id, which also stands in the log lines of its request.</summary>
    private static void Identify(HttpContext context, TimeProvider time)
    {
        context.TraceIdentifier = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        context.Response.Headers[ProblemWriter.JobHeader] = context.TraceIdentifier;
        SafeHeaders.Set(context, context.Request.Path.StartsWithSegments(DescriptionRoutes.PagePath));
    }
}
