using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Edge.Convert;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// <c>GET</c> and <c>HEAD /v1/jobs/{id}/result[/{name}]</c>: a stored result, whole or in part; or the problem that the
/// interactive call would have told.
/// </summary>
internal sealed class ResultEndpoint(JobShell shell, JobViews views, IObjectStore store, TimeProvider time)
{
    private static readonly TimeSpan NextPoll = TimeSpan.FromSeconds(1);

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Fetch, AnswerAsync);

    private async Task<Problem?> AnswerAsync(HttpContext context)
    {
        var view = Guid.TryParseExact(context.Request.RouteValues["id"] as string, "D", out var id)
            ? await views.FindAsync(JobShell.TenantOf(context), id, context.RequestAborted)
            : null;
        if (view is null) return Problem.Of(ProblemKinds.JobNotFound);
        if (NameOf(context, view.Record) is not { } name) return NoResult(view.Record);
        var made = view.Outcome?.Transforms.FirstOrDefault(one => one.Name == name);
        if (made?.Failure is { } failure) return JobAnswer.ProblemOf(failure);
        return view.State.HasResults() ? await SendAsync(context, view, made!.Result!) : NotThere(view.State);
    }

    private static string? NameOf(HttpContext context, JobRecord record)
    {
        var asked = context.Request.RouteValues["name"] as string;
        if (asked is null) return record.Transforms.Count == 1 ? record.Transforms[0].Name : null;
        return record.Transforms.Any(transform => transform.Name == asked) ? asked : null;
    }

    private static Problem NoResult(JobRecord record) => Problem.Of(
        ProblemKinds.ResultNotFound,
        "Its results are " + string.Join(", ", record.Transforms.Select(transform => transform.Name)) + ".");

    private static Problem NotThere(JobState state) => state switch
    {
        JobState.Expired => Problem.Of(ProblemKinds.JobExpired),
        JobState.Cancelled => Problem.Of(ProblemKinds.JobCancelled),
        _ => Problem.Of(ProblemKinds.JobNotFinished) with { RetryAfter = NextPoll },
    };

    private async Task<Problem?> SendAsync(HttpContext context, JobView view, JobResult result)
    {
        SetHeaders(context.Response, view, result);
        if (ResultTag.Matches(context.Request.Headers.IfNoneMatch, result.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }
        var range = ResultRange.Read(context.Request, result);
        if (range.IsUnsatisfiable)
        {
            context.Response.Headers.ContentRange = new ContentRangeHeaderValue(result.Bytes).ToString();
            context.Response.Headers.Remove(HeaderNames.ETag);
            return Problem.Of(ProblemKinds.RangeNotSatisfiable);
        }
        return await SendAsync(context, result, range);
    }

    private async Task<Problem?> SendAsync(HttpContext context, JobResult result, ResultRange range)
    {
        var response = context.Response;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            Describe(response, result, range);
            return null;
        }
        await using var found = await store.GetAsync(result.Key, range.Bytes, context.RequestAborted);
        if (found is null) return Problem.Of(ProblemKinds.JobExpired);
        Describe(response, result, range);
        try
        {
            await found.Content.CopyToAsync(response.Body, context.RequestAborted);
        }
        catch (ObjectStoreException) when (response.HasStarted)
        {
            // Nothing else tells the client that what it got is not the whole.
            context.Abort();
        }
        return null;
    }

    private static void Describe(HttpResponse response, JobResult result, ResultRange range)
    {
        response.ContentType = result.Format.MediaType();
        response.ContentLength = range.Bytes?.Length ?? result.Bytes;
        if (range.Bytes is not { } bytes) return;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = new ContentRangeHeaderValue(
            bytes.Offset, bytes.Offset + bytes.Length!.Value - 1, result.Bytes).ToString();
    }

    private void SetHeaders(HttpResponse response, JobView view, JobResult result)
    {
        response.Headers.ETag = result.Tag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers[ProblemWriter.JobHeader] = view.Record.Id.ToString();
        var left = JobAnswer.Seconds(view.Record.ExpiresAt - time.GetUtcNow());
        response.Headers.CacheControl = $"private, max-age={left}, immutable, no-transform";
    }
}
