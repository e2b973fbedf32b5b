using System.Buffers;
using System.Reflection;
using System.Text.Json;

namespace Millrace.Core.Promises;

/// <summary>
/// Writes what a process is as JSON. It is everybody's, so it tells nothing of tenants, not even how many there are.
/// </summary>
public static class ServiceText
{
    /// <summary>Media type of the text.</summary>
    public const string MediaType = "application/json";

    private static readonly string Version = typeof(ServiceText).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Writes it.</summary>
    /// <param name="definition">What the process is.</param>
    /// <param name="live">Writes properties of how it stands now; null when there are none.</param>
    public static ReadOnlyMemory<byte> Of(ServiceDefinition definition, Action<Utf8JsonWriter>? live = null)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(text);
        writer.WriteStartObject();
        writer.WriteString("role", definition.Role);
        writer.WriteString("version", Version);
        writer.WriteString("scope", definition.Scope);
        writer.WriteString("tenancy", definition.Tenancy);
        Write(writer, definition.Guarantees);
        live?.Invoke(writer);
        writer.WriteEndObject();
        writer.Flush();
        return text.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, ServiceGuarantees guarantees)
    {
        writer.WriteStartObject("guarantees");
        writer.WriteString("availability", guarantees.Availability);
        writer.WriteString("latency", guarantees.Latency);
        writer.WriteString("throughput", guarantees.Throughput);
        writer.WriteString("consistency", guarantees.Consistency);
        writer.WriteString("durability", guarantees.Durability);
        writer.WriteEndObject();
    }
}
