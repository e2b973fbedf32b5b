using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Core.Tickets;

/// <summary>The fields on the wire: short names, units in the name.</summary>
internal sealed class TicketForm
{
    [JsonPropertyName("v")] public int? V { get; set; }

    [JsonPropertyName("id")] public Guid? Id { get; set; }

    [JsonPropertyName("tenant")] public string? Tenant { get; set; }

    [JsonPropertyName("lane")] public int? Lane { get; set; }

    [JsonPropertyName("cell")] public int? Cell { get; set; }

    [JsonPropertyName("transform")] public string? Transform { get; set; }

    [JsonPropertyName("source")] public string? Source { get; set; }

    [JsonPropertyName("sha256")] public string? Sha256 { get; set; }

    [JsonPropertyName("bytes")] public long Bytes { get; set; }

    [JsonPropertyName("pixels")] public long Pixels { get; set; }

    [JsonPropertyName("deadlineMs")] public long DeadlineMs { get; set; }

    [JsonPropertyName("remainingMs")] public long RemainingMs { get; set; }

    [JsonPropertyName("attempt")] public int Attempt { get; set; } = 1;

    [JsonPropertyName("strikes")] public int Strikes { get; set; }

    [JsonPropertyName("hedge"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hedge { get; set; }

    [JsonPropertyName("trace"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; set; }

    [JsonExtensionData] public Dictionary<string, JsonElement>? Newer { get; set; }

    public static TicketForm Of(Ticket ticket) => new()
    {
        V = TicketText.Version,
        Id = ticket.Id,
        Tenant = ticket.Tenant,
        Lane = (int)ticket.Lane,
        Cell = ticket.Cell,
        Transform = ticket.Transform,
        Source = ticket.Source,
        Sha256 = ticket.ContentHash,
        Bytes = ticket.SourceBytes,
        Pixels = ticket.Pixels,
        DeadlineMs = ticket.Deadline.ToUnixTimeMilliseconds(),
        RemainingMs = (long)ticket.Remaining.TotalMilliseconds,
        Attempt = ticket.Attempt,
        Strikes = ticket.Strikes,
        Hedge = ticket.Hedge,
        Trace = ticket.Trace,
        Newer = ticket.Newer?.ToDictionary(),
    };

    public TicketReading ToTicket()
    {
        if (V != TicketText.Version)
        {
            var found = V?.ToString(CultureInfo.InvariantCulture) ?? "missing";
            return TicketText.Unread($"Its version is {found}; this build reads {TicketText.Version}.");
        }
        if (Missing() is { } missing) return TicketText.Unread(missing);
        return new TicketReading(
            new Ticket
            {
                Id = Id!.Value,
                Tenant = Tenant!,
                Lane = (Lane)Lane!.Value,
                Cell = Cell!.Value,
                Transform = Transform!,
                Source = Source!,
                ContentHash = Sha256!,
                SourceBytes = Bytes,
                Pixels = Pixels,
                Deadline = DateTimeOffset.FromUnixTimeMilliseconds(DeadlineMs),
                Remaining = TimeSpan.FromMilliseconds(RemainingMs),
                Attempt = Attempt,
                Strikes = Strikes,
                Hedge = Hedge,
                Trace = Trace,
                Newer = Newer,
            },
            "");
    }

    private string? Missing()
    {
        if (Id is null || string.IsNullOrEmpty(Tenant) || Transform is null || string.IsNullOrEmpty(Source))
            return "It lacks an id, a tenant, a transform or a source.";
        if (Lane is not { } lane || !Enum.IsDefined((Lane)lane)) return $"Its lane {Lane} is unknown.";
        if (Cell is not >= 0) return "Its cell is missing or negative.";
        if (Sha256 is not { Length: 64 } hash || !hash.All(char.IsAsciiHexDigitLower))
            return "Its sha256 is not 64 lower-case hexadecimal digits.";
        return MissingNumber();
    }

    private string? MissingNumber()
    {
        if (Bytes < 0 || Pixels < 0 || Attempt < 1 || Strikes < 0) return "A count in it is negative.";
        var deadlineMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        var isTime = DeadlineMs >= 0 && DeadlineMs <= deadlineMax && RemainingMs >= 0 && RemainingMs <= deadlineMax;
        return isTime ? null : "Its deadline is no time.";
    }
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSerializable(typeof(TicketForm))]
internal sealed partial class TicketJson : JsonSerializerContext;
