using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>
/// What was packed of a day, as it stands beside the volumes. Manifests are numbered without gaps and each has the hash
/// of the one before.
/// </summary>
internal sealed record ArchiveManifest
{
    /// <summary>From 1.</summary>
    public required long Number { get; init; }

    /// <summary>SHA-256 of the manifest before; zeros for the first.</summary>
    public required string Previous { get; init; }

    /// <summary>The day, for example <c>2026-08-01</c>; one that had late records may have several manifests.</summary>
    public required string Day { get; init; }

    /// <summary>Until when it must be kept.</summary>
    public required DateTimeOffset KeepUntil { get; init; }

    /// <summary>Its volumes, in order.</summary>
    public required IReadOnlyList<ArchiveVolume> Volumes { get; init; }
}

/// <summary>A tar file.</summary>
/// <param name="Key">In the cold store.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Hash">SHA-256.</param>
/// <param name="Files">What is in it, in order.</param>
internal sealed record ArchiveVolume(string Key, long Bytes, string Hash, IReadOnlyList<ArchiveFile> Files);

/// <summary>An object in a volume.</summary>
/// <param name="Key">Where it stood in the hot store.</param>
/// <param name="Offset">Of its first byte in the volume.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Hash">SHA-256.</param>
internal sealed record ArchiveFile(string Key, long Offset, long Bytes, string Hash);

/// <summary>Names and text of manifests: equal ones have equal bytes.</summary>
internal static class ArchiveText
{
    /// <summary>How the keys of all manifests begin.</summary>
    public const string Manifests = "archive/manifests/";

    /// <summary>What the first manifest has for the one before.</summary>
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    private const int Version = 1;
    private const int BytesMax = 256 * 1024 * 1024;

    /// <summary>A manifest in the cold store.</summary>
    public static ObjectKey Manifest(long number) => Key($"{Manifests}{number:D8}.json");

    /// <summary>A manifest's hash in the hot store: so that the last one cannot go unnoticed either.</summary>
    public static ObjectKey Mark(long number) => Key($"billing/archived/{number:D8}");

    /// <summary>A volume in the cold store.</summary>
    public static ObjectKey Volume(string day, string hash) => Key($"archive/volumes/{day}/{hash}.tar");

    public static byte[] Write(ArchiveManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredManifest(Version, manifest), ArchiveJson.Default.StoredManifest);

    /// <summary>Reads a manifest; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is not of its form.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static async Task<(ArchiveManifest Manifest, string Hash)?> ReadAsync(
        IObjectStore store, long number, CancellationToken cancellationToken)
    {
        var key = Manifest(number);
        if (await StoredText.ReadAsync(store, key, BytesMax, cancellationToken) is not { } bytes) return null;
        try
        {
            var read = JsonSerializer.Deserialize(bytes, ArchiveJson.Default.StoredManifest)!;
            return read.V == Version
                ? (read.Manifest, StoredText.Hash(bytes))
                : throw new InvalidDataException($"'{key}' is of version {read.V}, which this build does not know.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{key}' cannot be read: {exception.Message}", exception);
        }
    }

    private static ObjectKey Key(FormattableString text) => ObjectKey.Of(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A manifest with the version of its form.</summary>
internal sealed record StoredManifest(int V, ArchiveManifest Manifest);

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredManifest))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
