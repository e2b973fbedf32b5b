using System.Globalization;
using System.Text.Json;

namespace Millrace.Drills.Faults;

/// <summary>
/// The folder of one recorder of usage, as it stands on its host's disk: how far its last boot has shipped.
/// </summary>
internal sealed class RecorderDisk(string folder)
{
    /// <summary>Where it is.</summary>
    public string Folder => folder;

    /// <summary>Its last boot; 0 when there is none.</summary>
    public long Epoch => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder)
            .Select(path => Number(Path.GetFileName(path))).DefaultIfEmpty().Max()
        : 0;

    /// <summary>How far the last boot has shipped to a store; null while nothing is written of it.</summary>
    /// <param name="store"><c>ledger</c>, or <c>raw</c> for the object store.</param>
    public ShippedSoFar? Shipped(string store)
    {
        var path = Path.Combine(folder, Epoch.ToString(CultureInfo.InvariantCulture), store + ".json");
        if (!File.Exists(path)) return null;
        using var read = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = read.RootElement;
        return new ShippedSoFar(
            root.GetProperty("done").GetInt64(), root.GetProperty("reaches").GetDateTimeOffset(),
            root.GetProperty("cut").ValueKind is not JsonValueKind.Null);
    }

    private static long Number(string name) =>
        long.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>How far a boot has shipped.</summary>
/// <param name="Done">Sequence of the last record that the store has confirmed.</param>
/// <param name="Reaches">No later record is of a time before this.</param>
/// <param name="IsShipping">Whether something is on its way.</param>
internal sealed record ShippedSoFar(long Done, DateTimeOffset Reaches, bool IsShipping);
