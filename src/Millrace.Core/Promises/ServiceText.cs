using System.Buffers;
using System.Globalization;
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

    private const string Second = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const double Steps = 1_000_000;
    private const double Hair = 1e-7;

    private static readonly string Version = typeof(ServiceText).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Writes it.</summary>
    /// <param name="definition">What the process is.</param>
    /// <param name="answers">Where its answers are counted, if it has a measure of them.</param>
    /// <param name="live">Writes further properties of how it stands now; null when there are none.</param>
    public static ReadOnlyMemory<byte> Of(
        ServiceDefinition definition, LiveAnswers answers, Action<Utf8JsonWriter>? live = null)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(text);
        writer.WriteStartObject();
        writer.WriteString("role", definition.Role);
        writer.WriteString("version", Version);
        writer.WriteString("scope", definition.Scope);
        writer.WriteString("tenancy", definition.Tenancy);
        Write(writer, definition.Guarantees);
        if (definition.Measure is { } measure) Write(writer, measure, answers.Of(definition).Read());
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

    private static void Write(
        Utf8JsonWriter writer, AvailabilityMeasure measure, IReadOnlyList<AnswerReading> windows)
    {
        writer.WriteStartObject("availability");
        writer.WriteString("counted", measure.Counted);
        writer.WriteString("bad", measure.Bad);
        writer.WriteString("apart", measure.Apart);
        if (measure.Objective is { } objective) writer.WriteNumber("objective", objective);
        writer.WriteStartArray("windows");
        foreach (var window in windows) Write(writer, window, measure.Objective);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AnswerReading reading, double? objective)
    {
        var counts = reading.Counts;
        writer.WriteStartObject();
        writer.WriteString("window", reading.Window);
        writer.WriteString("since", reading.Since.UtcDateTime.ToString(Second, CultureInfo.InvariantCulture));
        writer.WriteBoolean("whole", reading.IsWhole);
        writer.WriteNumber("good", counts.Good);
        writer.WriteNumber("bad", counts.Bad);
        writer.WriteNumber("shed", counts.Shed);
        writer.WriteNumber("unheard", counts.Unheard);
        if (counts.Availability is { } share) writer.WriteNumber("availability", RoundDown(share));
        if (objective is { } promised && counts.BudgetLeft(promised) is { } left)
            writer.WriteNumber("budgetLeft", RoundDown(left));
        writer.WriteEndObject();
    }

    // Never up: a share of 1 says that nothing failed. A hair of a double is no failure.
    private static double RoundDown(double share) => Math.Floor((share * Steps) + Hair) / Steps;
}
