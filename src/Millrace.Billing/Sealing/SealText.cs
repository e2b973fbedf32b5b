using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>Text of what seals are: equal values have equal bytes.</summary>
internal static class SealText
{
    private const int Version = 1;
    private const int BytesMax = 64 * 1024 * 1024;

    public static byte[] Write(Seal seal) => Write(seal, BillingJson.Default.VersionedSeal);

    public static byte[] Write(SealInputs inputs) => Write(inputs, BillingJson.Default.VersionedSealInputs);

    public static byte[] Write(LostRecords lost) => Write(lost, BillingJson.Default.VersionedLostRecords);

    /// <summary>Reads an object; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is not of its form.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static Task<(Seal Value, string Hash)?> ReadSealAsync(
        IObjectStore store, ObjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(store, key, BillingJson.Default.VersionedSeal, cancellationToken);

    public static Task<(SealInputs Value, string Hash)?> ReadInputsAsync(
        IObjectStore store, ObjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(store, key, BillingJson.Default.VersionedSealInputs, cancellationToken);

    public static Task<(LostRecords Value, string Hash)?> ReadLostAsync(
        IObjectStore store, ObjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(store, key, BillingJson.Default.VersionedLostRecords, cancellationToken);

    private static byte[] Write<T>(T value, JsonTypeInfo<Versioned<T>> type) =>
        JsonSerializer.SerializeToUtf8Bytes(new Versioned<T>(Version, value), type);

    private static async Task<(T Value, string Hash)?> ReadAsync<T>(
        IObjectStore store, ObjectKey key, JsonTypeInfo<Versioned<T>> type, CancellationToken cancellationToken)
    {
        if (await StoredText.ReadAsync(store, key, BytesMax, cancellationToken) is not { } bytes) return null;
        try
        {
            var read = JsonSerializer.Deserialize(bytes, type)!;
            return read.V == Version
                ? (read.Value, StoredText.Hash(bytes))
                : throw new InvalidDataException($"'{key}' is of version {read.V}, which this build does not know.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{key}' cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>A value with the version of its form.</summary>
internal sealed record Versioned<T>(int V, T Value);

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Versioned<Seal>), TypeInfoPropertyName = "VersionedSeal")]
[JsonSerializable(typeof(Versioned<SealInputs>), TypeInfoPropertyName = "VersionedSealInputs")]
[JsonSerializable(typeof(Versioned<LostRecords>), TypeInfoPropertyName = "VersionedLostRecords")]
internal sealed partial class BillingJson : JsonSerializerContext;
