using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Millrace.Edge.Uploads;

/// <summary>How a request carries its image.</summary>
internal enum MediaKind
{
    /// <summary>As none that is taken.</summary>
    Unsupported,

    /// <summary>As its body.</summary>
    Raw,

    /// <summary>As the field file of a multipart form.</summary>
    Multipart,
}

/// <summary>Reads the declared content type. What the bytes are is decided by their magic, never by this.</summary>
internal static class MediaKinds
{
    /// <summary>
    /// How this request carries its image. <c>application/x-www-form-urlencoded</c> is raw, because <c>curl
    /// --data-binary</c> declares it whatever it sends.
    /// </summary>
    public static MediaKind Of(HttpRequest request)
    {
        var coding = request.Headers.ContentEncoding.ToString();
        if (coding.Length > 0 && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return MediaKind.Unsupported;
        }
        if (string.IsNullOrEmpty(request.ContentType)) return MediaKind.Raw;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? Of(type) : MediaKind.Unsupported;
    }

    private static MediaKind Of(MediaTypeHeaderValue type)
    {
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)) return MediaKind.Raw;
        if (Is(type, "application/octet-stream") || Is(type, "application/x-www-form-urlencoded")) return MediaKind.Raw;
        return Is(type, "multipart/form-data") ? MediaKind.Multipart : MediaKind.Unsupported;
    }

    private static bool Is(MediaTypeHeaderValue type, string name) =>
        type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);
}
