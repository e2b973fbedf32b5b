using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Core.Promises;
using Millrace.Identity.Following;

namespace Millrace.Edge.Health;

/// <summary>
/// <c>GET /v1/service</c>: what this process is, and how it stands. It is everybody's, so it tells nothing of tenants,
/// not even how many there are.
/// </summary>
internal sealed class ServiceEndpoint(LiveAnswers answers, KnownTenants? known = null)
{
    /// <summary>Answers.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var text = ServiceText.Of(
            ServiceDefinition.Edge, answers, known is null ? null : writer => Write(writer, known));
        context.Response.ContentType = ServiceText.MediaType;
        context.Response.ContentLength = text.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter writer, KnownTenants known)
    {
        writer.WriteStartObject("identity");
        writer.WriteString("state", Name(known.Freshness));
        if (known.Age is { } age) writer.WriteNumber("ageSeconds", Math.Round(age.TotalSeconds, 3));
        if (known.MaxStaleness is { } most) writer.WriteNumber("maxStalenessSeconds", most.TotalSeconds);
        writer.WriteNumber("revision", known.Table?.Reaches ?? 0);
        writer.WriteEndObject();
    }

    private static string Name(IdentityFreshness freshness) => freshness switch
    {
        IdentityFreshness.Unknown => "unknown",
        IdentityFreshness.TooOld => "too-old",
        IdentityFreshness.Late => "late",
        IdentityFreshness.Fresh => "fresh",
        _ => throw new ArgumentOutOfRangeException(nameof(freshness), freshness, "no freshness"),
    };
}
