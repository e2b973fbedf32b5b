using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// <c>GET /v1/jobs</c>, <c>GET /v1/jobs/{id}</c> and <c>DELETE /v1/jobs/{id}</c>. What is another tenant's does not
/// exist.
/// </summary>
internal sealed partial class JobEndpoint(
    JobShell shell, JobViews views, JobList list, JobObjects objects, IJobQueue queue, IOptions<JobsOptions> options,
    TimeProvider time, ILogger<JobEndpoint> log)
{
    private const int LimitDefault = 20;
    private const int LimitMax = 100;
    private static readonly TimeSpan NextPoll = TimeSpan.FromSeconds(1);

    /// <summary>Answers with a job; or sends a caller who does not ask for JSON to its only result.</summary>
    public Task GetAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Look, AnswerAsync);

    /// <summary>Answers with the tenant's jobs, newest first.</summary>
    public Task ListAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Look, AnswerListAsync);

    /// <summary>Cancels a job that no worker has begun.</summary>
    public Task CancelAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Cancel, AnswerCancelAsync);

    private async Task<Problem?> AnswerAsync(HttpContext context)
    {
        var (view, problem) = await FindAsync(context);
        if (view is null) return problem;
        var prefer = PreferHeader.Read(context.Request);
        if (prefer.Wait is { } wait)
        {
            if (!view.State.IsFinal()) view = await views.WaitAsync(view.Record, wait, context.RequestAborted);
            context.Response.Headers[PreferHeader.Applied] = "wait=" + JobAnswer.Seconds(wait);
        }
        await SendAsync(context, view);
        return null;
    }

    private static Task SendAsync(HttpContext context, JobView view)
    {
        var headers = context.Response.Headers;
        headers.Vary = "Accept";
        if (!view.State.IsFinal()) headers.RetryAfter = JobAnswer.Seconds(NextPoll);
        var leadsOn = view is { State: JobState.Succeeded, Record.Transforms.Count: 1 } && !WantsJson(context.Request);
        if (leadsOn) headers.Location = JobAnswer.Of(view.Record, view.Record.Transforms[0].Name);
        return JobAnswer.WriteAsync(
            context, view, leadsOn ? StatusCodes.Status303SeeOther : StatusCodes.Status200OK);
    }

    private async Task<Problem?> AnswerListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var text = query["limit"].ToString();
        var limit = LimitDefault;
        if (text.Length > 0 && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
            limit = 0;
        if (limit is < 1 or > LimitMax) return Bad("limit", $"a number from 1 to {LimitMax}");
        var cursor = query["cursor"].ToString();
        if (cursor.Length > 0 && JobKeys.ReadId(cursor) is null) return Bad("cursor", "next of an earlier answer");
        var page = await list.ReadAsync(JobShell.TenantOf(context), cursor, limit, context.RequestAborted);
        await JobAnswer.WriteAsync(context, page.Jobs, page.Next);
        return null;
    }

    private async Task<Problem?> AnswerCancelAsync(HttpContext context)
    {
        var (view, problem) = await FindAsync(context);
        if (view is null) return problem;
        if (view.State != JobState.Cancelled && view.State.IsFinal())
            return Problem.Of(ProblemKinds.JobBegun, "It has ended.");
        var record = view.Record;
        var mine = new JobClaim(record.Id, JobClaimant.Caller, "caller", time.GetUtcNow(), 0);
        var held = await objects.ClaimAsync(record.Tenant, mine, context.RequestAborted);
        if (held.By == JobClaimant.Worker) return Problem.Of(ProblemKinds.JobBegun, "A worker has begun it.");

        // From here on it is cancelled, whoever writes that down: the worker that gets its ticket does too.
        var now = time.GetUtcNow();
        var outcome = JobOutcome.Cancelled(record.Tenant, record.Id, Guid.CreateVersion7(now), now);
        await objects.FinishAsync(outcome, CancellationToken.None);
        await TellAsync(record);
        await JobAnswer.WriteAsync(
            context, await views.LookAsync(record, context.RequestAborted), StatusCodes.Status200OK);
        return null;
    }

    // The job's own ticket is still in the queue: the worker that gets it tells of the end too.
    private async Task TellAsync(JobRecord record)
    {
        if (record.Webhook is null) return;
        using var timeout = new CancellationTokenSource(options.Value.AcceptTimeout, time);
        try
        {
            var cell = JobTickets.CellOf(record.Tenant, queue.Health);
            await queue.EnqueueAsync(JobTickets.Webhook(record, cell, time.GetUtcNow()), timeout.Token);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException)
        {
            LogToldLater(record.Id, exception.Message);
        }
    }

    private async Task<(JobView? View, Problem? Problem)> FindAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["id"] as string;
        var view = Guid.TryParseExact(text, "D", out var id)
            ? await views.FindAsync(JobShell.TenantOf(context), id, context.RequestAborted)
            : null;
        return (view, view is null ? Problem.Of(ProblemKinds.JobNotFound) : null);
    }

    private static bool WantsJson(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase);

    private static Problem Bad(string parameter, string allowed) =>
        Problem.Of(ProblemKinds.BadParameter) with { Parameter = parameter, Allowed = allowed };

    [LoggerMessage(3055, LogLevel.Information,
        "The end of job {Job} is told by the worker that gets its ticket: {Reason}")]
    private partial void LogToldLater(Guid job, string reason);
}
