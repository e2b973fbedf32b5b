using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Management.Callers;
using Scalar.AspNetCore;

namespace Millrace.Management.Description;

/// <summary>Where people and programs read what this API is.</summary>
internal static class DescriptionRoutes
{
    /// <summary>Where the page to try things is.</summary>
    public const string PagePath = "/docs";

    /// <summary>Where the document of <c>/v1/account</c> is, on a public port that has its own document.</summary>
    public const string AccountPath = "/openapi/account.json";

    private const string DocumentPath = "/openapi/v1.json";

    /// <summary>The browser itself refuses what the page would still ask of others.</summary>
    private const string OwnOriginOnly = """
        <meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data: blob:">
        """;

    /// <summary>Maps the document and the page to try it.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(DocumentPath, (RequestDelegate)WriteAsync).WithMetadata(Demand.Everybody);
        routes.MapScalarApiReference(PagePath, Configure).WithMetadata(Demand.Everybody);
    }

    /// <summary>Writes the document of all that is mapped.</summary>
    public static Task WriteAsync(HttpContext context)
    {
        var endpoints = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            OpenApiText.Of(endpoints.OfType<RouteEndpoint>()).ToJsonString(), context.RequestAborted);
    }

    /// <summary>All that the page would fetch from elsewhere is off: it works on a machine without internet.</summary>
    private static void Configure(ScalarOptions page)
    {
        page.Title = "Millrace management";
        page.OpenApiRoutePattern = DocumentPath;
        page.DefaultFonts = false;
        page.Telemetry = false;
        page.HideClientButton = true;
        page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        page.DisableAgent();
        page.DisableMcp();
        page.HeadContent = OwnOriginOnly;
    }
}
