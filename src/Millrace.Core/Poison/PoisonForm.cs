using System.Globalization;
using System.Text.Json.Serialization;

namespace Millrace.Core.Poison;

/// <summary>The fields on the wire. Fields of a newer build are passed over.</summary>
internal sealed class PoisonForm
{
    private const string Strike = "strike";
    private const string Release = "release";
    private const string Acquittal = "acquittal";

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

    [JsonPropertyName("request"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Request { get; set; }

    [JsonPropertyName("strike"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? StrikeId { get; set; }

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
                (form.Kind, form.By, form.Tenant, form.Cause, form.Request) =
                    (Strike, strike.Witness, strike.Tenant, (int)strike.Cause, strike.Request?.Text);
                break;
            case PoisonEvent.Acquitted acquitted:
                (form.Kind, form.By, form.Request, form.StrikeId) =
                    (Acquittal, acquitted.Witness, acquitted.Request.Text, acquitted.StrikeId);
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
            Strike => new(new PoisonEvent.Struck(
                new(Id!.Value, subject, Tenant!, Known(Cause!.Value), By!, at, RequestOf())), ""),
            Acquittal when StrikeId is null || RequestOf() is null =>
                PoisonText.Unread("It lacks the strike or the request that it is about."),
            Acquittal => new(
                new PoisonEvent.Acquitted(Id!.Value, StrikeId!.Value, subject, RequestOf()!.Value, By!, at), ""),
            Release => new(new PoisonEvent.Released(Id!.Value, subject, By!, at), ""),
            _ => PoisonText.Unread($"Its kind '{Kind}' is unknown."),
        };
    }

    private string? Missing()
    {
        if (Id is null || By is null || Kind is null) return "It lacks an id, a kind or who it is by.";
        if (!IsFingerprint(Fingerprint))
            return "Its fingerprint is missing or too long or short.";
        // A lifetime is added to times, so those at the end of the calendar are none.
        var atMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / 2;
        return AtMs >= 0 && AtMs <= atMax ? null : "Its time is no time.";
    }

    // A strike whose request cannot be read counts all the same; nothing disproves it then.
    private Fingerprint? RequestOf() => IsFingerprint(Request) ? new Fingerprint(Request!) : null;

    private static bool IsFingerprint(string? text) =>
        text is { Length: >= 64 and <= Poison.Fingerprint.LengthMax };

    // A cause that a newer build tells apart is a death all the same, and must count.
    private static DeathCause Known(int cause) =>
        Enum.IsDefined((DeathCause)cause) ? (DeathCause)cause : DeathCause.Signal;
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSerializable(typeof(PoisonForm))]
internal sealed partial class PoisonJson : JsonSerializerContext;
