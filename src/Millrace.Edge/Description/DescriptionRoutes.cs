using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Millrace.Edge.Description;

/// <summary>Where people and programs read what this API is.</summary>
internal static class DescriptionRoutes
{
    /// <summary>Where the page to try things is.</summary>
    public const string PagePath = "/docs";

    private const string DocumentName = "v1";

    private const string Welcome = """
        Millrace converts images.

          curl --data-binary @photo.jpg 'http://HOST/v1/images:convert?width=300&format=webp' -o small.webp

        /docs              every parameter, and a page to try them
        /openapi/v1.json   the same for programs
        /health/ready      whether conversions work
        /metrics           figures for Prometheus

        """;

    /// <summary>The browser itself refuses what the page would still ask of others.</summary>
    private const string OwnOriginOnly = """
        <meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data: blob:">
        """;

    /// <summary>Maps the front page, the OpenAPI document and the page to try it.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", WelcomeAsync);
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference(PagePath, Configure);
    }

    private static Task WelcomeAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            Welcome.Replace("HOST", context.Request.Host.Value, StringComparison.Ordinal), context.RequestAborted);
    }

    /// <summary>All that the page would fetch from elsewhere is off: it works on a machine without internet.</summary>
    private static void Configure(ScalarOptions page)
    {
        page.Title = "Millrace";
        page.OpenApiRoutePattern = $"/openapi/{DocumentName}.json";
        page.DefaultFonts = false;
        page.Telemetry = false;
        page.HideClientButton = true;
        page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        page.DisableAgent();
        page.DisableMcp();
        page.HeadContent = OwnOriginOnly;
    }
}
