using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Identity.Following;

namespace Millrace.Edge.Health;

/// <summary>
/// <c>GET /v1/service</c>: what this process is, and how it stands. It is everybody's, so it tells nothing of tenants,
/// not even how many there are.
/// </summary>
internal sealed class ServiceEndpoint(KnownTenants? known = null)
{
    /// <summary>Its address.</summary>
    public const string Path = "/v1/service";

    private static readonly string Version = typeof(ServiceEndpoint).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Answers.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json)) Write(writer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(json.WrittenMemory, context.RequestAborted);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("role", "edge");
        writer.WriteString("version", Version);
        if (known is not null) Write(writer, known);
        writer.WriteEndObject();
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
