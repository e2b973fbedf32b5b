using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>A <see cref="ShipProgress"/> in the folder of its epoch.</summary>
internal static class ShipFile
{
    /// <summary>Reads it.</summary>
    /// <param name="epoch">Whose.</param>
    /// <param name="store">Name of the store.</param>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static ShipProgress Read(EpochFolder epoch, string store)
    {
        var path = PathOf(epoch, store);
        if (!File.Exists(path)) return ShipProgress.Begin(epoch.Name);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ShipJson.Default.ShipProgress)
                ?? throw new InvalidDataException($"'{path}' is empty: move the folder away.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes it; on the disk when this returns.</summary>
    /// <exception cref="IOException">The disk cannot; the one before stands.</exception>
    public static void Write(EpochFolder epoch, string store, ShipProgress progress) => Disk.Replace(
        PathOf(epoch, store), JsonSerializer.SerializeToUtf8Bytes(progress, ShipJson.Default.ShipProgress));

    private static string PathOf(EpochFolder epoch, string store) => Path.Combine(epoch.Path, store + ".json");
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ShipProgress))]
internal sealed partial class ShipJson : JsonSerializerContext;
