using Microsoft.AspNetCore.Http;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Edge.Problems;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Convert;

/// <summary>
/// What can be decided once the bytes are there, without any kernel: whether the source may be converted at all, the
/// format that <c>auto</c> stands for, which bytes the watermark is.
/// </summary>
internal static class SourceResolution
{
    private const string HashPrefix = "sha256:";

    /// <summary>Resolves the call's transform against what was uploaded; or says why it cannot be converted.</summary>
    public static Problem? Resolve(HttpRequest request, ConvertCall call, Upload upload, ImageLimits limits) =>
        CheckFirstFrame(call, upload, limits)
        ?? CheckFrames(request, call, limits)
        ?? ResolveWatermark(call, upload, limits);

    private static Problem? CheckFirstFrame(ConvertCall call, Upload upload, ImageLimits limits)
    {
        var verdict = SourceCheck.Check(upload.Source.Span, 1, limits);
        call.Header = verdict.Header;
        return Of(verdict);
    }

    /// <summary>The limits on all frames hold only where the result keeps more than one.</summary>
    private static Problem? CheckFrames(HttpRequest request, ConvertCall call, ImageLimits limits)
    {
        var source = call.Header!;
        if (call.Transform.Format == OutputFormat.Auto) ResolveFormat(request, call, source);
        return Of(SourceCheck.Check(source, call.Transform.FramesUsedMax(source.Format), limits));
    }

    /// <summary>Puts the format that Accept prefers in place of auto.</summary>
    private static void ResolveFormat(HttpRequest request, ConvertCall call, ImageHeader source)
    {
        var animated = source.Frames > 1 && call.Transform.FramesMax is null or > 1;
        var format = AcceptNegotiation.Choose(request.Headers.Accept.ToString(), source.Format, animated);
        call.Transform = TransformNormal.For(call.Transform, format);
        call.Negotiated = true;
    }

    private static Problem? ResolveWatermark(ConvertCall call, Upload upload, ImageLimits limits)
    {
        if (call.Transform.Watermark is not { } mark)
        {
            return upload.WatermarkHash is null ? null : Mismatch("A watermark came, but the transform has none.");
        }
        if (upload.WatermarkHash is null) return Mismatch("The transform has a watermark, but none came.");
        var name = HashPrefix + System.Convert.ToHexStringLower(upload.WatermarkHash);
        if (mark.Source != Watermark.Upload && mark.Source != name)
        {
            return Mismatch($"The uploaded watermark is {name}, the transform names another.");
        }
        call.Transform = call.Transform with { Watermark = mark with { Source = name } };
        var verdict = SourceCheck.Check(upload.Watermark.Span, 1, limits);
        return verdict.Failure is null ? null : Problem.Of(ProblemKinds.WatermarkUnreadable, verdict.Reason);
    }

    private static Problem Mismatch(string found) => Problem.Of(ProblemKinds.WatermarkMismatch, found);

    private static Problem? Of(SourceVerdict verdict) =>
        verdict.Failure is { } failure ? Problem.Of(ProblemKinds.Of(failure), verdict.Reason) : null;
}
