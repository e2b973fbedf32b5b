using System.Globalization;
using System.Text.Json;

namespace Millrace.Region.Watch;

/// <summary>What happened to a ticket.</summary>
internal enum TicketStep
{
    /// <summary>Its edge began to enqueue it.</summary>
    Enqueueing,

    /// <summary>The queue has it for sure.</summary>
    Stored,

    /// <summary>The queue handed it out.</summary>
    Leased,
}

/// <summary>One line of the category <c>Millrace.Tickets</c> in the log of an edge or a worker.</summary>
/// <param name="Step">What happened.</param>
/// <param name="Job">To which ticket.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Lane">Its lane and cell.</param>
/// <param name="At">When, by the clock of this machine.</param>
/// <param name="Deliveries">How many times it has been handed out; 0 before.</param>
internal sealed record TicketTrace(
    TicketStep Step, Guid Job, string Tenant, string Lane, DateTimeOffset At, int Deliveries)
{
    private const string Category = "Millrace.Tickets";
    private const string Beginning = "{\"Timestamp\":";

    /// <summary>
    /// Reads a line of a log in JSON; null when it is about something else. What a killed process left of its last
    /// line stands before the first of the next, and is nothing.
    /// </summary>
    public static TicketTrace? Read(string line)
    {
        var begins = line.LastIndexOf(Beginning, StringComparison.Ordinal);
        if (begins < 0 || !line.AsSpan(begins).Contains(Category, StringComparison.Ordinal)) return null;
        using var entry = JsonDocument.Parse(line.AsMemory(begins));
        var state = entry.RootElement.GetProperty("State");
        if (!Enum.TryParse<TicketStep>(Text(state, nameof(Step)), out var step)) return null;
        return new TicketTrace(
            step,
            Guid.Parse(Text(state, "Job")),
            Text(state, "Tenant"),
            $"{Text(state, "Lane")}/{Text(state, "Cell")}",
            DateTimeOffset.Parse(Text(entry.RootElement, "Timestamp"), CultureInfo.InvariantCulture),
            state.TryGetProperty(nameof(Deliveries), out var count)
                ? int.Parse(count.ToString(), CultureInfo.InvariantCulture)
                : 0);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();
}
