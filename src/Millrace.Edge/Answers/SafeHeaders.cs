using Microsoft.AspNetCore.Http;

namespace Millrace.Edge.Answers;

/// <summary>
/// What every answer tells browsers: to take nothing for what it is not, to run nothing in it, to show it in no
/// stranger's page. No answer has CORS headers: no other site's page may read it.
/// </summary>
internal static class SafeHeaders
{
    // An answer is an image, JSON or text: as a page of its own it needs nothing at all.
    private const string NoPage = "default-src 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>Sets them.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPage">Whether the answer is a page for people, which brings a policy of its own.</param>
    public static void Set(HttpContext context, bool isPage = false)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!isPage) headers.ContentSecurityPolicy = NoPage;
    }
}
