using Microsoft.AspNetCore.Http;

namespace Millrace.Management.Answers;

/// <summary>
/// What every answer tells browsers: to keep nothing, to run nothing in it, to show it in no stranger's page. No answer
/// has CORS headers: no other site's page may read it.
/// </summary>
internal static class SafeHeaders
{
    private const string NoPage = "default-src 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>Sets them.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPage">Whether the answer is a page for people, which brings a policy of its own.</param>
    public static void Set(HttpContext context, bool isPage = false)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!isPage) headers.ContentSecurityPolicy = NoPage;
    }
}
