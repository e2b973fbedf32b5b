using System.Globalization;
using System.Text.Json.Serialization;

namespace Millrace.Core.Poison;

/// <summary>The fields on the wire. Fields of a newer build are passed over.</summary>
internal sealed class PoisonForm
{
    private const string Strike = "strike";
    private const string Release = "release";

    [JsonPropertyName("v")] public int? V { get; set; }

    [JsonPropertyName("kind")] public string? Kind { get; set; }

    [JsonPropertyName("id")] public Guid? Id { get; set; }

    [JsonPropertyName("fingerprint")] public string? Fingerprint { get; set; }

    [JsonPropertyName("atMs")] public long? AtMs { get; set; }

    [JsonPropertyName("by")] public string? By { get; set; }

    [JsonPropertyName("tenant"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tenant { get; set; }

    [JsonPropertyName("cause"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Cause { get; set; }

    public static PoisonForm Of(PoisonEvent happened)
    {
        var form = new PoisonForm
        {
            V = PoisonText.Version,
            Id = happened.EventId,
            Fingerprint = happened.Subject.Text,
            AtMs = happened.Time.ToUnixTimeMilliseconds(),
        };
        switch (happened)
        {
            case PoisonEvent.Struck { Strike: var strike }:
                (form.Kind, form.By, form.Tenant, form.Cause) =
                    (Strike, strike.Witness, strike.Tenant, (int)strike.Cause);
                break;
            case PoisonEvent.Released released:
                (form.Kind, form.By) = (Release, released.OperatorName);
                break;
        }
        return form;
    }

    public PoisonReading ToEvent()
    {
        if (V != PoisonText.Version)
        {
            var found = V?.ToString(CultureInfo.InvariantCulture) ?? "missing";
            return PoisonText.Unread($"Its version is {found}; this build reads {PoisonText.Version}.");
        }
        if (Missing() is { } missing) return PoisonText.Unread(missing);
        var subject = new Fingerprint(Fingerprint!);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(AtMs!.Value);
        return Kind switch
        {
            Strike when string.IsNullOrEmpty(Tenant) || Cause is null =>
                PoisonText.Unread("It lacks a tenant or a cause."),
            Strike => new(new PoisonEvent.Struck(new(Id!.Value, subject, Tenant!, Known(Cause!.Value), By!, at)), ""),
            Release => new(new PoisonEvent.Released(Id!.Value, subject, By!, at), ""),
            _ => PoisonText.Unread($"Its kind '{Kind}' is unknown."),
        };
    }

    private string? Missing()
    {
        if (Id is null || By is null || Kind is null) return "It lacks an id, a kind or who it is by.";
        if (Fingerprint is not { Length: >= 64 and <= Poison.Fingerprint.LengthMax })
            return "Its fingerprint is missing or too long or short.";
        // A lifetime is added to times, so those at the end of the calendar are none.
        var atMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / 2;
        return AtMs >= 0 && AtMs <= atMax ? null : "Its time is no time.";
    }

    // A cause that a newer build tells apart is a death all the same, and must count.
    private static DeathCause Known(int cause) =>
        Enum.IsDefined((DeathCause)cause) ? (DeathCause)cause : DeathCause.Signal;
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSerializable(typeof(PoisonForm))]
internal sealed partial class PoisonJson : JsonSerializerContext;
