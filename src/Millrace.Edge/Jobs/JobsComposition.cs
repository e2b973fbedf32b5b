using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Jobs;
using Millrace.Edge.Convert;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;
using Millrace.Outbound;

namespace Millrace.Edge.Jobs;

/// <summary>Adds durable jobs to an edge.</summary>
public static class JobsComposition
{
    /// <summary>
    /// Adds durable jobs; needs an <c>IObjectStore</c>, <see cref="EdgeComposition.AddEdge"/> and
    /// <see cref="Dispatch.DispatchComposition.AddEdgeDispatch"/>. Options come from the section <c>Edge:Jobs</c>;
    /// webhooks and URLs are accepted that the sections <c>Webhooks</c> and <c>Outbound</c> allow.
    /// </summary>
    public static IServiceCollection AddEdgeJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration("Edge:Jobs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsValidator>();
        services.AddSingleton<IValidateOptions<JobsOptions>, UrlSourcesValidator>();
        services.AddWebhookDestinations();
        services.AddOutbound();
        services.TryAddSingleton<JobObjects>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobShell>();
        services.AddSingleton<JobViews>();
        services.AddSingleton<JobList>();
        services.AddSingleton<JobDrafts>();
        services.AddSingleton<SourceFetching>();
        services.AddSingleton<SourceReading>();
        services.AddSingleton<OpenJobs>();
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
        // What a key without the scope can be told here is nothing, not even that a job is another's.
        var jobs = routes.MapGroup("").Requires(KeyScopes.Jobs);
        jobs.MapPost(JobAnswer.Path, submit.HandleAsync);
        jobs.MapMethods(JobAnswer.Path, reading, job.ListAsync);
        jobs.MapMethods(JobAnswer.Path + "/{id}", reading, job.GetAsync);
        jobs.MapDelete(JobAnswer.Path + "/{id}", job.CancelAsync);
        jobs.MapMethods(JobAnswer.Path + "/{id}/result", reading, result.HandleAsync);
        jobs.MapMethods(JobAnswer.Path + "/{id}/result/{name}", reading, result.HandleAsync);
        jobs.MapPost(UploadEndpoint.Path, routes.ServiceProvider.GetRequiredService<UploadEndpoint>().HandleAsync);
    }

    /// <summary>
    /// Who answers at the address of conversions: where there are jobs, one that prefers not to wait becomes one.
    /// </summary>
    internal static RequestDelegate Convert(IServiceProvider services)
    {
        var convert = services.GetRequiredService<ConvertEndpoint>();
        if (services.GetService<SubmitEndpoint>() is not { } submit) return convert.HandleAsync;
        return context =>
        {
            if (!PreferHeader.Read(context.Request).RespondAsync) return convert.HandleAsync(context);
            return CallerGate.Check(context, KeyScopes.Jobs) is { } problem
                ? ProblemWriter.WriteAsync(context, problem)
                : submit.HandleAsync(context);
        };
    }
}
