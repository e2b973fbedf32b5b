using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Edge.Admission;
using Millrace.Edge.Convert;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;
using Millrace.Edge.Serving;
using Millrace.Edge.Uploads;
using Millrace.Outbound;

namespace Millrace.Edge.Jobs;

/// <summary>
/// <c>POST /v1/jobs</c>, and <c>POST /v1/images:convert</c> of a caller who prefers not to wait: opens, admits, reads,
/// checks the image, accepts, answers. Nothing is stored of what is refused.
/// </summary>
internal sealed class SubmitEndpoint(
    JobShell shell, BodyReading body, SourceReading sources, JobDrafts drafts, JobAcceptance acceptance, JobViews views,
    WebhookDestinations destinations, AdmissionGate gate, OpenJobs open, Draining draining, ImageLimits limits,
    IOptions<ConvertOptions> convert, IOptions<JobsOptions> options, TimeProvider time)
{
    private const string Json = "application/json";

    // A job waits for no conversion: only requests and bytes are counted.
    internal static readonly TimeSpan AnyWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(1);

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Submit, AnswerAsync);

    private async Task<Problem?> AnswerAsync(HttpContext context)
    {
        if (draining.Begun) return Draining.Refusal;
        var request = context.Request;
        if (IdempotencyKey.Read(request, out var key) is { } badKey) return badKey;
        var asked = Asked.Of(KnownCaller.Of(context).Caller, key, IsJson(request), options.Value);
        var (accepted, problem) = await AcceptAsync(context, asked);
        if (problem is not null) return problem;
        return await AnswerAsync(context, accepted);
    }

    private async Task<(Acceptance Accepted, Problem? Problem)> AcceptAsync(HttpContext context, Asked asked)
    {
        var caller = KnownCaller.Of(context).Caller;
        var call = new ConvertCall(time)
        {
            Tenant = asked.Tenant,
            Limits = PlanRefusal.Smaller(limits, caller.Limits),
        };
        if (Open(context.Request, call, asked, out var wish) is { } bad) return (default, bad);
        if (await open.CheckAsync(caller, context.RequestAborted) is { } tooMany) return (default, tooMany);
        using var admitted = gate.Enter(
            caller, Lane.Bulk, context.Request.ContentLength ?? HashedBuffer.FirstBytes, AnyWait, out var refusal);
        if (admitted is null) return (default, refusal);
        using var deadline = new RequestDeadline(
            convert.Value.BodyTimeout, time, context.RequestAborted, admitted.Shed);
        var (reading, named) = asked.IsJson
            ? await ReadNamedAsync(context, asked, admitted, deadline)
            : (await body.ReadAsync(context, call.Media, admitted, deadline.Token), wish);
        if (reading.Upload is not { } upload) return (default, reading.Problem);
        using (upload)
        {
            // What is being stored is not given up any more.
            if (admitted.Settle() is { } shed) return (default, shed);
            return await AcceptAsync(context, asked, call, upload, named!);
        }
    }

    private async Task<(Acceptance Accepted, Problem? Problem)> AcceptAsync(
        HttpContext context, Asked asked, ConvertCall call, Upload upload, JobWish wish)
    {
        var problem = drafts.Make(
            context, call, upload, wish with { Keep = wish.Keep ?? asked.KeepDefault }, out var draft);
        if (problem is not null) return (default, problem);
        var accepted = await acceptance.AcceptAsync(
            draft! with { Key = asked.Key, SourceUrl = SourceReading.IsUrl(wish.Source) ? wish.Source : null });
        if (accepted is { Record: { } record, IsSame: false })
            open.Add(KnownCaller.Of(context).Caller, record.Id);
        return (accepted, accepted.Problem);
    }

    // What a request's head can be refused for. Of JSON, the wish comes with the body.
    private Problem? Open(HttpRequest request, ConvertCall call, Asked asked, out JobWish? wish)
    {
        wish = null;
        if (asked.IsJson) return null;
        var problem = JobWish.Split(request, out var query, out var webhook, out var keep)
            ?? CheckWebhook(asked, webhook)
            ?? JobWish.Check(keep, options.Value.KeepMin, asked.KeepMax)
            ?? RequestOpening.Read(request, call, call.Limits, query);
        if (problem is null) wish = new([(JobTransform.DefaultName, call.Transform)], null, webhook, keep);
        return problem;
    }

    private async Task<(UploadReading Reading, JobWish? Wish)> ReadNamedAsync(
        HttpContext context, Asked asked, Admitted admitted, RequestDeadline deadline)
    {
        var (text, problem) = await JsonBody.ReadAsync(context, body, deadline.Token);
        if (problem is not null) return (new(null, admitted.Reason(problem)), null);
        var wish = JobForm.Read(text, out problem);
        problem ??= CheckWebhook(asked, wish!.Webhook) ?? JobWish.Check(
            wish.Keep, options.Value.KeepMin, asked.KeepMax);
        if (problem is not null) return (new(null, problem), null);
        problem = sources.Find(asked.Tenant, wish!.Source!, out var named);
        if (problem is not null) return (new(null, problem), null);
        deadline.Restart(sources.TimeoutOf(named) ?? options.Value.AcceptTimeout);
        return (await ReadNamedAsync(context, named, admitted, deadline.Token), wish);
    }

    private async Task<UploadReading> ReadNamedAsync(
        HttpContext context, NamedSource named, Admitted admitted, CancellationToken cancellationToken)
    {
        try
        {
            return await sources.ReadAsync(named, admitted, cancellationToken);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            if (admitted.Settle() is { } shed) return new(null, shed);
            if (named.Url is not null) return new(null, Problem.Of(ProblemKinds.SourceTimedOut));
            throw new TimeoutException("The object store did not give a source in time.");
        }
    }

    private async Task<Problem?> AnswerAsync(HttpContext context, Acceptance accepted)
    {
        var prefer = PreferHeader.Read(context.Request);
        var record = accepted.Record!;
        var view = accepted.IsSame || prefer.Wait is not null
            ? await views.WaitAsync(record, prefer.Wait, context.RequestAborted)
            : new JobView(record, null, JobState.Accepted);
        var headers = context.Response.Headers;
        headers.Location = JobAnswer.Of(record.Id);
        headers[ProblemWriter.JobHeader] = record.Id.ToString();
        if (prefer.Wait is { } wait) headers[PreferHeader.Applied] = "wait=" + JobAnswer.Seconds(wait);
        else if (prefer.RespondAsync) headers[PreferHeader.Applied] = "respond-async";
        if (!view.State.IsFinal()) headers.RetryAfter = JobAnswer.Seconds(FirstPoll);
        var status = view.State.IsFinal() ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await JobAnswer.WriteAsync(context, view, status);
        return null;
    }

    // What cannot be sent is not accepted.
    private Problem? CheckWebhook(Asked asked, string? webhook)
    {
        if (JobWish.Check(webhook) is { } odd) return odd;
        if (webhook is null) return null;
        var found = destinations.Find(asked.Tenant, webhook).Refusal.TrimEnd('.');
        const string allowed = "the name of a webhook endpoint, or a URL that is one or below one";
        return found.Length == 0 ? null : JobWish.Bad(JobWish.WebhookField, found, allowed);
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().Equals(Json, StringComparison.OrdinalIgnoreCase) ?? false;

    /// <summary>Who asks, and how.</summary>
    private sealed record Asked(string Tenant, string? Key, bool IsJson, TimeSpan KeepDefault, TimeSpan KeepMax)
    {
        /// <summary>With the smaller of what plan and service keep, but never less than the service's least.</summary>
        public static Asked Of(in Caller caller, string? key, bool isJson, JobsOptions options)
        {
            var most = caller.Limits is { } plan && plan.Retention < options.KeepMax ? plan.Retention : options.KeepMax;
            if (most < options.KeepMin) most = options.KeepMin;
            return new(
                caller.Tenant, key, isJson, most < options.KeepDefault ? most : options.KeepDefault, most);
        }
    }
}
