using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Edge.Admission;
using Millrace.Edge.Convert;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;
using Millrace.Edge.Serving;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Jobs;

/// <summary>
/// <c>POST /v1/uploads</c>: an image that several jobs may name. As a body it is streamed into the store; a form's file
/// is read first, as its length comes with its end. Not resumable: what breaks off is sent again from its beginning.
/// </summary>
internal sealed class UploadEndpoint(
    JobShell shell, IObjectStore store, BodyReading body, AdmissionGate gate, Draining draining, ImageLimits limits,
    IOptions<JobsOptions> options, IOptions<ConvertOptions> convert, TimeProvider time)
{
    /// <summary>Its address.</summary>
    public const string Path = "/v1/uploads";

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Upload, AnswerAsync);

    private async Task<Problem?> AnswerAsync(HttpContext context)
    {
        if (draining.Begun) return Draining.Refusal;
        var caller = KnownCaller.Of(context).Caller;
        var barred = caller.Limits is { } plan ? PlanRefusal.OfLane(plan, Lane.Bulk, isKnown: true) : null;
        if (barred is not null) return barred;
        var (tenant, bytesMax) = (caller.Tenant, PlanRefusal.Smaller(limits, caller.Limits).BytesMax);
        var media = MediaKinds.Of(context.Request);
        if (media == MediaKind.Multipart) return await ReadFormAsync(context, caller);
        if (media != MediaKind.Raw) return Closing(ProblemKinds.UnsupportedMediaType);
        if (context.Request.ContentLength is not { } length) return Closing(ProblemKinds.LengthRequired);
        if (length == 0) return Problem.Of(ProblemKinds.EmptyBody);
        if (length > bytesMax) return HashedBuffer.TooManyBytes(bytesMax);
        return await StoreAsync(context, tenant, length);
    }

    private async Task<Problem?> ReadFormAsync(HttpContext context, Caller caller)
    {
        var bytes = context.Request.ContentLength ?? HashedBuffer.FirstBytes;
        using var admitted = gate.Enter(caller, Lane.Bulk, bytes, SubmitEndpoint.AnyWait, out var refusal);
        if (admitted is null) return refusal;
        using var deadline = new RequestDeadline(
            convert.Value.BodyTimeout, time, context.RequestAborted, admitted.Shed);
        var reading = await body.ReadAsync(context, MediaKind.Multipart, admitted, deadline.Token);
        if (reading.Upload is not { } upload) return reading.Problem;
        using (upload)
        {
            if (!upload.Watermark.IsEmpty) return JobWish.Bad("watermark", "an upload is one image", "file alone");
            if (admitted.Settle() is { } shed) return shed;
            var id = Guid.CreateVersion7(time.GetUtcNow());
            deadline.Restart(options.Value.AcceptTimeout);
            try
            {
                await store.PutAsync(JobKeys.Upload(caller.Tenant, id), upload.Source, PutMode.Create, deadline.Token);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                throw new TimeoutException("The object store did not take an upload in time.");
            }
            await SendAsync(
                context, id, upload.Source.Length, System.Convert.ToHexStringLower(upload.SourceHash));
            return null;
        }
    }

    private async Task<Problem?> StoreAsync(HttpContext context, string tenant, long length)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var deadline = new RequestDeadline(
            convert.Value.BodyTimeout, time, context.RequestAborted, CancellationToken.None);
        try
        {
            await using var hashed = new HashingStream(context.Request.Body, hash);
            await store.PutAsync(JobKeys.Upload(tenant, id), hashed, length, PutMode.Create, deadline.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return body.TooSlow();
        }
        catch (IOException e) when (e is not ObjectStoreException)
        {
            return body.Explain(context, e);
        }
        await SendAsync(context, id, length, System.Convert.ToHexStringLower(hash.GetHashAndReset()));
        return null;
    }

    private Task SendAsync(HttpContext context, Guid id, long length, string sha256)
    {
        var expires = time.GetUtcNow() + options.Value.UploadKeep;
        return JobAnswer.SendAsync(context, StatusCodes.Status201Created, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteString("source", $"upload:{id}");
            writer.WriteNumber("bytes", length);
            writer.WriteString("sha256", sha256);
            writer.WriteString("expiresAt", expires);
            writer.WriteEndObject();
        });
    }

    private static Problem Closing(ProblemKind kind) => Problem.Of(kind) with { Closes = true };
}
