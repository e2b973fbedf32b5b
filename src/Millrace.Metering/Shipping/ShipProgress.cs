using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>
/// How far an epoch has been shipped to one store, and what is on its way: a cut is written down before it is shipped,
/// so that it has the same bounds after a crash.
/// </summary>
/// <param name="Done">Sequence of the last record that is confirmed; 0 for none.</param>
/// <param name="Reaches">Nothing after that is of a time before this.</param>
/// <param name="Cut">On its way; null when nothing is.</param>
/// <param name="HasEnded">Whether the store was told that nothing is still to come.</param>
internal sealed record ShipProgress(long Done, DateTimeOffset Reaches, ShipCut? Cut, bool HasEnded)
{
    /// <summary>Reads it.</summary>
    /// <param name="epoch">Whose.</param>
    /// <param name="store">Name of the store.</param>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static ShipProgress Read(EpochFolder epoch, string store)
    {
        var path = PathOf(epoch, store);
        if (!File.Exists(path)) return new ShipProgress(0, epoch.Name.BeganAt, null, false);
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
    public void Write(EpochFolder epoch, string store) =>
        Disk.Replace(PathOf(epoch, store), JsonSerializer.SerializeToUtf8Bytes(this, ShipJson.Default.ShipProgress));

    private static string PathOf(EpochFolder epoch, string store) => Path.Combine(epoch.Path, store + ".json");
}

/// <summary>Some consecutive records of an epoch that are shipped together.</summary>
/// <param name="First">Sequence of the first.</param>
/// <param name="Last">Sequence of the last.</param>
/// <param name="Reaches">Nothing after that is of a time before this; the epoch's word when it is shipped.</param>
internal sealed record ShipCut(long First, long Last, DateTimeOffset Reaches);

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ShipProgress))]
internal sealed partial class ShipJson : JsonSerializerContext;
