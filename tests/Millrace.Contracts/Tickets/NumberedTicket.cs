using System.Text.Json;
using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>Tickets that are told apart by a number.</summary>
public static class NumberedTicket
{
    private static readonly JsonElement Newer = JsonDocument.Parse("""{"of":"tomorrow"}""").RootElement;

    /// <summary>A ticket with this number in its id; the number is also its source's bytes.</summary>
    public static Ticket Of(int number, Lane lane = Lane.Interactive, string tenant = "tenant-a") => new()
    {
        Id = new Guid(number, 0, 0, new byte[8]),
        Tenant = tenant,
        Lane = lane,
        Cell = 0,
        Transform = "width=300&format=webp",
        Source = Ticket.Here,
        ContentHash = new string('a', 64),
        SourceBytes = number,
        Pixels = 12_000_000,
        Deadline = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
        Remaining = TimeSpan.FromSeconds(15),
        Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    /// <summary>A ticket as a newer build writes it, with a field that this one does not know.</summary>
    public static Ticket WithNewerField(int number, Lane lane) =>
        Of(number, lane) with { Newer = new Dictionary<string, JsonElement> { ["colour"] = Newer } };

    /// <summary>The ticket's number.</summary>
    public static int Number(this Ticket ticket) => (int)ticket.SourceBytes;
}
