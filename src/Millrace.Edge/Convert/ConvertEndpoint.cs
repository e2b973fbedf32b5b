using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Edge.Admission;
using Millrace.Edge.Health;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;
using Millrace.Edge.Serving;
using Millrace.Edge.Telemetry;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Convert;

/// <summary>
/// <c>POST /v1/images:convert</c>, in stages: open (head only), admit, read, resolve, convert, send. Each stage may end
/// the request with a <see cref="Problem"/>; what was taken by the earlier ones is given back in any case.
/// </summary>
internal sealed partial class ConvertEndpoint(
    ConvertOrder convert, BodyReading body, AdmissionGate gate, Draining draining, ConversionProgress progress,
    EdgeMetrics metrics, ImageLimits limits, AnswerRecord usage, IOptions<ConvertOptions> options, TimeProvider time,
    ILogger<ConvertEndpoint> log)
{
    /// <summary>Its address.</summary>
    public const string Path = "/v1/images:convert";

    private readonly ConvertOptions _options = options.Value;

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var call = CallOf(context);
        try
        {
            var problem = usage.Refusal ?? await AnswerAsync(context, call);
            if (problem is not null) await RefuseAsync(context, call, problem);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested
            && e is OperationCanceledException or IOException)
        {
            metrics.HungUp();
            LogHungUp(context.TraceIdentifier);
        }
        catch (Exception) when (CountFailure(context, call))
        {
            throw;
        }
    }

    /// <summary>
    /// Counts a bug on its way to the exception handler, which logs and answers it; never catches it.
    /// </summary>
    private bool CountFailure(HttpContext context, ConvertCall call)
    {
        usage.NotMade(context, call, ProblemKinds.InternalError.Status);
        metrics.Refused(ProblemKinds.InternalError.Status, ProblemKinds.InternalError.Code);
        return false;
    }

    private ConvertCall CallOf(HttpContext context)
    {
        var known = KnownCaller.Of(context);
        return new ConvertCall(time)
        {
            Tenant = known.Caller.Tenant,
            Authenticated = known.Took,
            Limits = PlanRefusal.Smaller(limits, known.Caller.Limits),
        };
    }

    private async Task<Problem?> AnswerAsync(HttpContext context, ConvertCall call)
    {
        if (draining.Begun) return Draining.Refusal;
        if (RequestOpening.Read(context.Request, call, call.Limits) is { } opening) return opening;
        using var admitted = Enter(context, call, out var refusal);
        if (admitted is null) return refusal;
        call.MarkAdmitted();
        using var deadline = new RequestDeadline(_options.BodyTimeout, time, context.RequestAborted, admitted.Shed);
        var reading = await body.ReadAsync(context, call.Media, admitted, deadline.Token);
        if (reading.Upload is not { } upload) return reading.Problem;
        using (upload)
        {
            call.MarkRead();
            call.BytesIn = upload.Source.Length + upload.Watermark.Length;
            deadline.Restart(_options.RequestTimeout);
            return await AnswerAsync(context, call, upload, admitted, deadline.Token);
        }
    }

    private async Task<Problem?> AnswerAsync(
        HttpContext context, ConvertCall call, Upload upload, Admitted admitted, CancellationToken cancellationToken)
    {
        if (SourceResolution.Resolve(context.Request, call, upload, call.Limits) is { } problem) return problem;
        if (admitted.Take(LaneChoice.Of(call.Header!, call.Transform)) is { } barred) return barred;
        call.Tag = ResultTag.Of(upload.SourceHash, call.Transform, _options.Build);
        if (ResultTag.Matches(context.Request.Headers.IfNoneMatch, call.Tag)) return TellUnchanged(context, call);
        var outcome = await ConvertAsync(context, call, upload, cancellationToken);
        admitted.Converted = call.Timing.Converted;
        if (admitted.Settle() is { } shed)
        {
            outcome.Image?.Dispose();
            return shed;
        }
        if (outcome.Image is not { } image) return Explain(context, outcome);
        using (image) return usage.Made(context, call, image) ?? await SendAsync(context, call, image);
    }

    private Admitted? Enter(HttpContext context, ConvertCall call, out Problem? refusal)
    {
        var bytes = context.Request.ContentLength ?? HashedBuffer.FirstBytes;
        return gate.Enter(
            KnownCaller.Of(context).Caller, call.LaneAsked, bytes, _options.RequestTimeout, out refusal);
    }

    private async Task<ConversionOutcome> ConvertAsync(
        HttpContext context, ConvertCall call, Upload upload, CancellationToken cancellationToken)
    {
        using var span = EdgeActivities.Convert();
        ConversionOutcome? outcome = null;
        progress.Begin();
        try
        {
            outcome = await convert(OrderOf(context, call, upload), cancellationToken);
            return outcome;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return ConversionOutcome.Of(ConversionFailure.QueueDeadline,
                $"There was no result after {_options.RequestTimeout.TotalSeconds:0.###} s.");
        }
        finally
        {
            // A conversion that did not come back may still be reading the bytes.
            if (outcome is null) upload.Abandon();
            call.Timing = outcome?.Timing ?? default;
            progress.End(outcome?.Image is not null, call.Timing.Attempts > 0);
        }
    }

    private ConversionOrder OrderOf(HttpContext context, ConvertCall call, Upload upload) => new()
    {
        Id = Guid.Parse(context.TraceIdentifier),
        Tenant = call.Tenant,
        Request = new ConversionRequest(upload.Source, call.Transform, upload.Watermark),
        ContentHash = System.Convert.ToHexStringLower(upload.SourceHash),
        Header = call.Header!,
        Remaining = _options.RequestTimeout,
        Trace = EdgeActivities.TraceOf(context.Request),
        KeepSource = upload.Abandon,
    };

    private Problem Explain(HttpContext context, ConversionOutcome outcome)
    {
        var failure = outcome.Failure!.Value;
        var kind = ProblemKinds.Of(failure);
        if (failure is >= ConversionFailure.KernelCrashed and <= ConversionFailure.KernelProtocol)
        {
            LogKernelDied(kind.Code, context.TraceIdentifier);
        }
        var problem = Problem.Of(kind, outcome.Reason);
        return kind.Status == StatusCodes.Status503ServiceUnavailable
            ? problem with { RetryAfter = gate.RetryAfter(), Closes = failure == ConversionFailure.Stopping }
            : problem;
    }

    private Problem? TellUnchanged(HttpContext context, ConvertCall call)
    {
        if (usage.NotMade(context, call, StatusCodes.Status304NotModified) is { } unrecorded) return unrecorded;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        SetHeaders(context.Response, call);
        metrics.Unchanged();
        return null;
    }

    private async Task<Problem?> SendAsync(HttpContext context, ConvertCall call, ConvertedImage image)
    {
        var response = context.Response;
        response.ContentType = image.Format.MediaType();
        response.ContentLength = image.Bytes.Length;
        SetHeaders(response, call);
        await response.Body.WriteAsync(image.Bytes, context.RequestAborted);
        metrics.Converted(
            image.Source.Format, image.Format, call.Timing.Queued, call.Timing.Converted, image.Bytes.Length);
        return null;
    }

    private static void SetHeaders(HttpResponse response, ConvertCall call)
    {
        var headers = response.Headers;
        headers.ETag = call.Tag;
        // A caller may keep the result, if it asks each time whether it holds; nobody may re-encode it on the way.
        headers.CacheControl = "private, no-cache, no-transform";
        if (call.Negotiated) headers.Vary = "Accept";
        headers["Server-Timing"] = call.ServerTiming();
    }

    private Task RefuseAsync(HttpContext context, ConvertCall call, Problem problem)
    {
        problem = PlanRefusal.Named(problem, limits, KnownCaller.Of(context).Caller.Limits);
        if (problem.IsUnheard)
        {
            metrics.HungUp();
            LogHungUp(context.TraceIdentifier);
        }
        else
        {
            if (problem.Kind != ProblemKinds.UsageUnrecorded)
                problem = usage.NotMade(context, call, problem.Kind.Status) ?? problem;
            metrics.Refused(problem.Kind.Status, problem.Kind.Code);
            LogRefused(problem.Kind.Code, context.TraceIdentifier);
        }
        return ProblemWriter.WriteAsync(context, problem);
    }

    [LoggerMessage(3010, LogLevel.Debug, "Refused as {Code}, job {Job}.")]
    private partial void LogRefused(string code, string job);

    [LoggerMessage(3011, LogLevel.Debug, "The client hung up, job {Job}.")]
    private partial void LogHungUp(string job);

    [LoggerMessage(3012, LogLevel.Warning, "A kernel died: {Code}, job {Job}.")]
    private partial void LogKernelDied(string code, string job);
}
