using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Edge.Convert;
using Millrace.Outbound;

namespace Millrace.Edge.Jobs;

/// <summary>Adds durable jobs to an edge.</summary>
public static class JobsComposition
{
    /// <summary>
    /// Adds durable jobs; needs an <c>IObjectStore</c>, <see cref="EdgeComposition.AddEdge"/> and
    /// <see cref="Dispatch.DispatchComposition.AddEdgeDispatch"/>. Options come from the section <c>Edge:Jobs</c>;
    /// webhooks are accepted that the sections <c>Webhooks</c> and <c>Outbound</c> allow.
    /// </summary>
    public static IServiceCollection AddEdgeJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration("Edge:Jobs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsValidator>();
        services.AddWebhookDestinations();
        services.TryAddSingleton<JobObjects>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobShell>();
        services.AddSingleton<JobViews>();
        services.AddSingleton<JobList>();
        services.AddSingleton<JobDrafts>();
        services.AddSingleton<SourceReading>();
        services.AddSingleton<JobAcceptance>();
        services.AddSingleton<SubmitEndpoint>();
        services.AddSingleton<JobEndpoint>();
        services.AddSingleton<ResultEndpoint>();
        services.AddSingleton<UploadEndpoint>();
        services.AddSingleton<DeadJobs>();
        services.AddSingleton<JobSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<JobSweep>());
        services.Configure<OpenApiOptions>("v1", document => document.AddDocumentTransformer<JobsDescription>());
        return services;
    }

    /// <summary>Maps the addresses of jobs, if this edge has them.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<SubmitEndpoint>() is not { } submit) return;
        var job = routes.ServiceProvider.GetRequiredService<JobEndpoint>();
        var result = routes.ServiceProvider.GetRequiredService<ResultEndpoint>();
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        routes.MapPost(JobAnswer.Path, submit.HandleAsync);
        routes.MapMethods(JobAnswer.Path, reading, job.ListAsync);
        routes.MapMethods(JobAnswer.Path + "/{id}", reading, job.GetAsync);
        routes.MapDelete(JobAnswer.Path + "/{id}", job.CancelAsync);
        routes.MapMethods(JobAnswer.Path + "/{id}/result", reading, result.HandleAsync);
        routes.MapMethods(JobAnswer.Path + "/{id}/result/{name}", reading, result.HandleAsync);
        routes.MapPost(UploadEndpoint.Path, routes.ServiceProvider.GetRequiredService<UploadEndpoint>().HandleAsync);
    }

    /// <summary>
    /// Who answers at the address of conversions: where there are jobs, one that prefers not to wait becomes one.
    /// </summary>
    internal static RequestDelegate Convert(IServiceProvider services)
    {
        var convert = services.GetRequiredService<ConvertEndpoint>();
        if (services.GetService<SubmitEndpoint>() is not { } submit) return convert.HandleAsync;
        return context => PreferHeader.Read(context.Request).RespondAsync
            ? submit.HandleAsync(context)
            : convert.HandleAsync(context);
    }
}
