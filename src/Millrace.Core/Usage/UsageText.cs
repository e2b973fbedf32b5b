using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Core.Usage;

/// <summary>
/// The JSON forms of what stands in the object store about usage, beside the segments. Each has its version in the
/// field <c>v</c>: fields may be added within a version; what changes a meaning takes a new one, and is refused by
/// those who do not know it.
/// </summary>
public static class UsageText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest text read.</summary>
    public const int BytesMax = 16 * 1024;

    /// <summary>Writes a manifest. Equal manifests have equal text.</summary>
    public static byte[] Write(UsageManifest manifest) =>
        JsonSerializer.SerializeToUtf8Bytes(new ManifestForm(Version, manifest), UsageJson.Default.ManifestForm);

    /// <summary>Writes an epoch's word. Equal words have equal text.</summary>
    public static byte[] Write(UsageEpoch epoch) =>
        JsonSerializer.SerializeToUtf8Bytes(new EpochForm(Version, epoch), UsageJson.Default.EpochForm);

    /// <summary>Reads a manifest; never throws.</summary>
    /// <returns>Null when it is none, and one sentence on why.</returns>
    public static (UsageManifest? Value, string Reason) ReadManifest(ReadOnlySpan<byte> text)
    {
        var (form, reason) = Read(text, UsageJson.Default.ManifestForm, form => form.V);
        if (form?.Manifest is not { } manifest) return (null, reason);
        var isSound = IsSound(manifest.Recorder, manifest.Hash) && manifest.First >= 1
            && manifest.First <= manifest.Last && manifest.Records >= 1 && manifest.Bytes >= 1
            && manifest.EarliestAt <= manifest.LatestAt;
        return isSound ? (manifest, "") : (null, "Its range, count or hash cannot be.");
    }

    /// <summary>Reads an epoch's word; never throws.</summary>
    /// <returns>Null when it is none, and one sentence on why.</returns>
    public static (UsageEpoch? Value, string Reason) ReadEpoch(ReadOnlySpan<byte> text)
    {
        var (form, reason) = Read(text, UsageJson.Default.EpochForm, form => form.V);
        if (form?.Epoch is not { } epoch) return (null, reason);
        return string.IsNullOrEmpty(epoch.Recorder) || epoch.Delivered < 0
            ? (null, "It lacks its recorder or its place.")
            : (epoch, "");
    }

    private static bool IsSound(string? recorder, string? hash) =>
        !string.IsNullOrEmpty(recorder) && hash is { Length: 64 } && hash.All(char.IsAsciiHexDigitLower);

    private static (T? Form, string Reason) Read<T>(
        ReadOnlySpan<byte> text, JsonTypeInfo<T> type, Func<T, int> version)
        where T : class
    {
        if (text.Length > BytesMax) return (null, $"It has more than {BytesMax} bytes.");
        try
        {
            var form = JsonSerializer.Deserialize(text, type);
            if (form is null) return (null, "It is null.");
            return version(form) == Version
                ? (form, "It is empty.")
                : (null, FormattableString.Invariant($"Its version is {version(form)}; this build reads {Version}."));
        }
        catch (JsonException exception)
        {
            return (null, $"It cannot be read: {exception.Message}");
        }
    }
}

/// <summary>A manifest as it is stored.</summary>
internal sealed record ManifestForm(int V, UsageManifest? Manifest);

/// <summary>An epoch's word as it is stored.</summary>
internal sealed record EpochForm(int V, UsageEpoch? Epoch);

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ManifestForm))]
[JsonSerializable(typeof(EpochForm))]
internal sealed partial class UsageJson : JsonSerializerContext;
