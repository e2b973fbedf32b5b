using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.Core.Images;
using Millrace.Core.Objects;
using Millrace.Edge.Admission;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// What is around every answer about jobs: whose request it is, refusals, a store that is away, hang-ups.
/// </summary>
internal sealed partial class JobShell(JobMetrics metrics, ImageLimits limits, ILogger<JobShell> log)
{
    private static readonly TimeSpan FaultRetry = TimeSpan.FromSeconds(5);

    /// <summary>Answers one request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="kind">What is asked for, for the metrics.</param>
    /// <param name="answer">Answers, or says why not.</param>
    public async Task AnswerAsync(HttpContext context, JobCall kind, Func<HttpContext, Task<Problem?>> answer)
    {
        try
        {
            var problem = await answer(context);
            metrics.Answered(kind, problem?.Kind.Code);
            if (problem is not null) await RefuseAsync(context, problem);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested
            && e is OperationCanceledException or IOException)
        {
            metrics.HungUp(kind);
        }
        catch (Exception e) when (!context.Response.HasStarted && e is ObjectStoreException or TimeoutException)
        {
            LogStoreAway(context.TraceIdentifier, e);
            metrics.Answered(kind, ProblemKinds.StoreUnavailable.Code);
            await RefuseAsync(context, Problem.Of(ProblemKinds.StoreUnavailable) with { RetryAfter = FaultRetry });
        }
    }

    /// <summary>Whose request it is.</summary>
    public static string TenantOf(HttpContext context) => KnownCaller.Of(context).Caller.Tenant;

    private Task RefuseAsync(HttpContext context, Problem problem)
    {
        problem = PlanRefusal.Named(problem, limits, KnownCaller.Of(context).Caller.Limits);
        LogRefused(problem.Kind.Code, context.TraceIdentifier);
        return ProblemWriter.WriteAsync(context, problem);
    }

    [LoggerMessage(3053, LogLevel.Debug, "Refused as {Code}, request {Request}.")]
    private partial void LogRefused(string code, string request);

    [LoggerMessage(3054, LogLevel.Warning, "The object store cannot be reached, request {Request}.")]
    private partial void LogStoreAway(string request, Exception exception);
}
