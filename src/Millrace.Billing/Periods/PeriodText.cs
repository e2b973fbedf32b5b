using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Millrace.Core.Objects;

namespace Millrace.Billing.Periods;

/// <summary>Text of what a month is billed from and ends with: equal values have equal bytes.</summary>
internal static class PeriodText
{
    private const int Version = 1;
    private const int BytesMax = 1024 * 1024 * 1024;

    public static byte[] Write(Freeze freeze) => Write(freeze, PeriodJson.Default.StoredFreeze);

    public static byte[] Write(Close close) => Write(close, PeriodJson.Default.StoredClose);

    public static byte[] Write(Invoice invoice) => Write(invoice, PeriodJson.Default.StoredInvoice);

    /// <summary>Reads what a month is billed from; null when that is not frozen.</summary>
    /// <exception cref="InvalidDataException">It is not of its form.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static Task<(Freeze Value, string Hash)?> ReadFreezeAsync(
        IObjectStore store, Period period, CancellationToken cancellationToken) =>
        ReadAsync(store, BillingKeys.Freeze(period), PeriodJson.Default.StoredFreeze, cancellationToken);

    /// <summary>Reads a month's end; null when it is not billed.</summary>
    /// <exception cref="InvalidDataException">It is not of its form.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public static Task<(Close Value, string Hash)?> ReadCloseAsync(
        IObjectStore store, Period period, CancellationToken cancellationToken) =>
        ReadAsync(store, BillingKeys.Close(period), PeriodJson.Default.StoredClose, cancellationToken);

    private static byte[] Write<T>(T value, JsonTypeInfo<Stored<T>> type) =>
        JsonSerializer.SerializeToUtf8Bytes(new Stored<T>(Version, value), type);

    private static async Task<(T Value, string Hash)?> ReadAsync<T>(
        IObjectStore store, ObjectKey key, JsonTypeInfo<Stored<T>> type, CancellationToken cancellationToken)
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
internal sealed record Stored<T>(int V, T Value);

/// <summary>Whole numbers of any length, as JSON's numbers.</summary>
internal sealed class BigIntegerConverter : JsonConverter<BigInteger>
{
    /// <inheritdoc/>
    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var number = JsonDocument.ParseValue(ref reader);
        return BigInteger.TryParse(
            number.RootElement.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JsonException("It is no whole number.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    Converters = [typeof(BigIntegerConverter)])]
[JsonSerializable(typeof(Stored<Freeze>), TypeInfoPropertyName = "StoredFreeze")]
[JsonSerializable(typeof(Stored<Close>), TypeInfoPropertyName = "StoredClose")]
[JsonSerializable(typeof(Stored<Invoice>), TypeInfoPropertyName = "StoredInvoice")]
internal sealed partial class PeriodJson : JsonSerializerContext;
