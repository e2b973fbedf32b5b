using Microsoft.AspNetCore.Http;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Poison;
using Millrace.Core.Transforms;
using Millrace.Edge.Convert;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Problems;
using Millrace.Edge.Telemetry;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Checks an image that has come, by the same rules as one whose caller waits, and makes a job of it.
/// </summary>
internal sealed class JobDrafts(PoisonCheck poison, TimeProvider time)
{
    /// <summary>Makes a draft.</summary>
    /// <param name="context">The request.</param>
    /// <param name="call">Whose it is, and how the image came.</param>
    /// <param name="upload">The image, which stays the caller's.</param>
    /// <param name="wish">What is asked for; how long it is kept is said.</param>
    /// <param name="draft">Null when it is refused.</param>
    /// <returns>Why it is refused; null when it is not.</returns>
    public Problem? Make(HttpContext context, ConvertCall call, Upload upload, JobWish wish, out JobDraft? draft)
    {
        draft = null;
        var transforms = new List<JobTransform>();
        var source = default(DraftImage);
        foreach (var (name, transform) in wish.Transforms)
        {
            var problem = Resolve(context.Request, call, upload, transform, out var resolved);
            if (problem is not null) return Named(problem, name, wish);
            source = new DraftImage(upload.Source, Hex(upload.SourceHash), resolved.Header!);
            if (IsQuarantined(call.Tenant, source, resolved.Transform, upload))
                return Problem.Of(ProblemKinds.Quarantined);
            transforms.Add(new(name, resolved.Transform.ToString()));
        }
        draft = new JobDraft
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Tenant = call.Tenant,
            Source = source!,
            Watermark = WatermarkOf(upload),
            Transforms = transforms,
            Webhook = wish.Webhook,
            Keep = wish.Keep!.Value,
            Trace = EdgeActivities.TraceOf(context.Request),
        };
        return null;
    }

    private Problem? Resolve(
        HttpRequest request, ConvertCall call, Upload upload, Transform transform, out ConvertCall resolved)
    {
        resolved = new ConvertCall(time)
        {
            Media = call.Media,
            Tenant = call.Tenant,
            Limits = call.Limits,
            Transform = transform,
        };
        return SourceResolution.Resolve(request, resolved, upload, call.Limits);
    }

    private bool IsQuarantined(string tenant, DraftImage source, Transform transform, Upload upload)
    {
        var order = new ConversionOrder
        {
            Id = Guid.Empty,
            Tenant = tenant,
            Request = new ConversionRequest(source.Bytes, transform, upload.Watermark),
            ContentHash = source.ContentHash,
            Header = source.Header,
            Remaining = TimeSpan.Zero,
        };
        return poison.Judge(order) == PoisonVerdict.Quarantined;
    }

    private static DraftImage? WatermarkOf(Upload upload) => upload.WatermarkHash is { } hash
        ? new DraftImage(upload.Watermark, Hex(hash), HeaderProbe.Read(upload.Watermark.Span).Header!)
        : null;

    private static Problem Named(Problem problem, string name, JobWish wish) =>
        wish.Transforms.Count == 1 ? problem : problem with { Parameter = problem.Parameter ?? $"transforms.{name}" };

    private static string Hex(byte[] hash) => System.Convert.ToHexStringLower(hash);
}
