using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Drills.History;

/// <summary>Histories as JSON lines.</summary>
internal static class HistoryText
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    // What every line has, and what most leave empty.
    private static readonly JsonSerializerOptions Written = Trimmed();

    /// <summary>An entry as one line.</summary>
    public static string Write(HistoryEntry entry) => JsonSerializer.Serialize(entry, Written);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is no entry.</exception>
    public static HistoryEntry Read(string line) =>
        JsonSerializer.Deserialize<HistoryEntry>(line, Options) ?? throw new JsonException("The line is null.");

    private static JsonSerializerOptions Trimmed()
    {
        var resolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(type =>
        {
            foreach (var property in type.Properties)
            {
                if (property.Name is "index" or "tNs" or "type") property.ShouldSerialize = static (_, _) => true;
                else if (property.PropertyType == typeof(string))
                    property.ShouldSerialize = static (_, value) => value is string { Length: > 0 };
                else property.ShouldSerialize = static (_, value) => value is not (0 or 0L);
            }
        });
        return new JsonSerializerOptions(Options)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
            TypeInfoResolver = resolver,
        };
    }
}
