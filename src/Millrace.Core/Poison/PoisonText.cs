using System.Text.Json;

namespace Millrace.Core.Poison;

/// <summary>
/// The JSON form of the log of deaths, versioned by its field <c>v</c> as tickets are: fields may be added within a
/// version and are passed over by those who do not know them; another version is refused by value.
/// </summary>
public static class PoisonText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest event written or read, in bytes.</summary>
    public const int BytesMax = 4 * 1024;

    /// <summary>Writes an event; its time in milliseconds.</summary>
    /// <exception cref="ArgumentException">It would be longer than <see cref="BytesMax"/>.</exception>
    public static byte[] Write(PoisonEvent happened)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(PoisonForm.Of(happened), PoisonJson.Default.PoisonForm);
        return bytes.Length <= BytesMax
            ? bytes
            : throw new ArgumentException($"The event has {bytes.Length} bytes; at most {BytesMax} are allowed.");
    }

    /// <summary>Reads an event, or says why it is none that this build can count. Never throws.</summary>
    public static PoisonReading Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > BytesMax) return Unread($"It has {text.Length} bytes; at most {BytesMax} are allowed.");
        try
        {
            var form = JsonSerializer.Deserialize(text, PoisonJson.Default.PoisonForm);
            return form is null ? Unread("It is null.") : form.ToEvent();
        }
        catch (JsonException exception)
        {
            return Unread($"It is no event: {exception.Message}");
        }
    }

    internal static PoisonReading Unread(string reason) => new(null, reason);
}

/// <summary>An event, or the reason why there is none; such a message is passed over, and the reason told.</summary>
/// <param name="Event">Null when it could not be read.</param>
/// <param name="Reason">One sentence for the operator; empty when it was read.</param>
public readonly record struct PoisonReading(PoisonEvent? Event, string Reason);
