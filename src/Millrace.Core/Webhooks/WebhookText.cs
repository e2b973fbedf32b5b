using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Core.Webhooks;

/// <summary>
/// The JSON forms of what stands in the object store about webhooks; versions as those of <see cref="Jobs.JobText"/>.
/// </summary>
public static class WebhookText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest text read.</summary>
    public const int BytesMax = 64 * 1024;

    /// <summary>Writes a delivery.</summary>
    public static byte[] Write(WebhookDelivery delivery) =>
        Write(delivery, WebhookJson.Default.VersionedWebhookDelivery);

    /// <summary>Writes a try to come.</summary>
    public static byte[] Write(WebhookDue due) => Write(due, WebhookJson.Default.VersionedWebhookDue);

    /// <summary>Writes an endpoint's state.</summary>
    public static byte[] Write(EndpointState state) => Write(state, WebhookJson.Default.VersionedEndpointState);

    /// <summary>Reads a delivery; null when it is none. Never throws.</summary>
    public static WebhookDelivery? ReadDelivery(ReadOnlySpan<byte> text) =>
        Read(text, WebhookJson.Default.VersionedWebhookDelivery);

    /// <summary>Reads a try to come; null when it is none. Never throws.</summary>
    public static WebhookDue? ReadDue(ReadOnlySpan<byte> text) => Read(text, WebhookJson.Default.VersionedWebhookDue);

    /// <summary>Reads an endpoint's state; null when it is none. Never throws.</summary>
    public static EndpointState? ReadState(ReadOnlySpan<byte> text) =>
        Read(text, WebhookJson.Default.VersionedEndpointState);

    private static byte[] Write<T>(T value, JsonTypeInfo<Versioned<T>> type)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(new Versioned<T>(Version, value), type);

    private static T? Read<T>(ReadOnlySpan<byte> text, JsonTypeInfo<Versioned<T>> type)
        where T : class
    {
        if (text.Length > BytesMax) return null;
        try
        {
            var read = JsonSerializer.Deserialize(text, type);
            return read?.V == Version ? read.Value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A stored value and the version of its form.</summary>
internal sealed record Versioned<T>(int V, T? Value)
    where T : class;

/// <summary>Source-generated reading and writing; what a form lacks is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Versioned<WebhookDelivery>))]
[JsonSerializable(typeof(Versioned<WebhookDue>))]
[JsonSerializable(typeof(Versioned<EndpointState>))]
internal sealed partial class WebhookJson : JsonSerializerContext;
