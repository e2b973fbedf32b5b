using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Edge.Problems;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Convert;

/// <summary>All that can be refused from a request's head, before a byte of its body is read.</summary>
internal static class RequestOpening
{
    /// <summary>Where Kestrel puts a Content-Length that it set aside for a Transfer-Encoding.</summary>
    private const string SetAsideLength = "X-Content-Length";

    /// <summary>Fills in how the image comes and what to do; or says what is wrong with the request's head.</summary>
    public static Problem? Read(HttpRequest request, ConvertCall call, ImageLimits limits) =>
        Read(request, call, limits, request.QueryString.Value ?? "");

    /// <summary>As the other, where only a part of the query is the transform.</summary>
    public static Problem? Read(HttpRequest request, ConvertCall call, ImageLimits limits, string query)
    {
        call.Media = MediaKinds.Of(request);
        return CheckMedia(request, call.Media)
            ?? CheckLength(request, call.Media, limits)
            ?? ReadTransform(query, call);
    }

    private static Problem? CheckMedia(HttpRequest request, MediaKind media) => media == MediaKind.Unsupported
        ? Closing(Problem.Of(ProblemKinds.UnsupportedMediaType, $"'{Shorten(request.ContentType)}' is not taken."))
        : null;

    private static Problem? CheckLength(HttpRequest request, MediaKind media, ImageLimits limits)
    {
        if (request.Headers.ContainsKey(SetAsideLength) && request.Headers.TransferEncoding.Count > 0)
        {
            return Closing(Problem.Of(ProblemKinds.AmbiguousLength));
        }
        if (!CanHaveBody(request)) return Problem.Of(ProblemKinds.EmptyBody);
        return request.ContentLength > UploadReader.ContentLengthMax(media, limits)
            ? HashedBuffer.TooManyBytes(limits.BytesMax)
            : null;
    }

    private static bool CanHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    private static Problem? ReadTransform(string query, ConvertCall call)
    {
        var parsing = TransformParser.Parse(query);
        if (parsing.Transform is null) return Closing(Of(parsing.Refusal!));
        call.Transform = parsing.Transform;
        // A raw body has no room for a watermark: no need to read it to know.
        return parsing.Transform.Watermark is not null && call.Media == MediaKind.Raw
            ? Closing(Problem.Of(ProblemKinds.WatermarkMismatch, "A body that is the image itself has no watermark."))
            : null;
    }

    /// <summary>The answer to a transform that cannot be read.</summary>
    public static Problem Of(TransformRefusal refusal) => new(ProblemKinds.BadParameter, refusal.ToString())
    {
        Parameter = refusal.Parameter,
        Allowed = refusal.Allowed,
    };

    private static Problem Closing(Problem problem) => problem with { Closes = true };

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 100 ? text : text[..100];
}
