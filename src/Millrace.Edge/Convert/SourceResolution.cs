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
        ?? CheckFrames(ResolveFormat(request, call), call, upload, limits)
        ?? ResolveWatermark(call, upload, limits);

    private static Problem? CheckFirstFrame(ConvertCall call, Upload upload, ImageLimits limits)
    {
        var verdict = SourceCheck.Check(upload.Source.Span, 1, limits);
        call.Header = verdict.Header;
        return Of(verdict);
    }

    /// <summary>Puts the format that Accept prefers in place of auto; gives the format of the result.</summary>
    private static ImageFormat ResolveFormat(HttpRequest request, ConvertCall call)
    {
        var source = call.Header!;
        if (call.Transform.Format != OutputFormat.Auto)
        {
            return TransformNormal.Explicit(call.Transform.Format) ?? source.Format;
        }
        var animated = source.Frames > 1 && FramesMax(call) > 1;
        var format = AcceptNegotiation.Choose(request.Headers.Accept.ToString(), source.Format, animated);
        call.Transform = TransformNormal.For(call.Transform, format);
        call.Negotiated = true;
        return format;
    }

    /// <summary>The limits on all frames hold only where the result keeps more than one.</summary>
    private static Problem? CheckFrames(ImageFormat result, ConvertCall call, Upload upload, ImageLimits limits) =>
        call.Header!.Frames > 1 && result.HoldsAnimation()
            ? Of(SourceCheck.Check(upload.Source.Span, FramesMax(call), limits))
            : null;

    private static int FramesMax(ConvertCall call) => call.Transform.FramesMax ?? int.MaxValue;

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
