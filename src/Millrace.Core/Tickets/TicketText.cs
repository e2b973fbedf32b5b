using System.Text.Json;

namespace Millrace.Core.Tickets;

/// <summary>
/// The JSON form of tickets. Its version is the field <c>v</c>: fields may be added within a version and are carried by
/// those who do not know them; what changes a meaning takes a new version, and is refused by those who do not know it.
/// </summary>
public static class TicketText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest ticket written or read: 1 KiB of our own, and room for a long transform.</summary>
    public const int BytesMax = 16 * 1024;

    /// <summary>Writes a ticket that <see cref="Read"/> reads.</summary>
    /// <exception cref="ArgumentException">
    /// It would be longer than <see cref="BytesMax"/>, or is one that nobody could work on, for example without a
    /// deadline: better told here than found among the dead letters.
    /// </exception>
    public static byte[] Write(Ticket ticket)
    {
        var form = TicketForm.Of(ticket);
        if (form.ToTicket() is { Ticket: null, Reason: var reason }) throw new ArgumentException(reason);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(form, TicketJson.Default.TicketForm);
        return bytes.Length <= BytesMax
            ? bytes
            : throw new ArgumentException($"The ticket has {bytes.Length} bytes; at most {BytesMax} are allowed.");
    }

    /// <summary>Reads a ticket, or says why it is none that this build can work on. Never throws.</summary>
    public static TicketReading Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > BytesMax) return Unread($"It has {text.Length} bytes; at most {BytesMax} are allowed.");
        try
        {
            var form = JsonSerializer.Deserialize(text, TicketJson.Default.TicketForm);
            return form is null ? Unread("It is null.") : form.ToTicket();
        }
        catch (JsonException exception)
        {
            return Unread($"It is no ticket: {exception.Message}");
        }
    }

    internal static TicketReading Unread(string reason) => new(null, reason);
}

/// <summary>
/// A ticket, or the reason why there is none; such a message is parked as it came, never thrown away.
/// </summary>
/// <param name="Ticket">Null when it could not be read.</param>
/// <param name="Reason">One sentence for the operator; empty when it was read.</param>
public readonly record struct TicketReading(Ticket? Ticket, string Reason);
