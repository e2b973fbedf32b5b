using System.Text.Json;

namespace Millrace.Cluster.Bills;

/// <summary>A month's invoices, as billing wrote them into a folder.</summary>
internal static class BilledMonth
{
    /// <summary>What each tenant was billed.</summary>
    /// <exception cref="InvalidDataException">A tenant has two invoices.</exception>
    public static async Task<IReadOnlyDictionary<string, BilledUse>> ReadAsync(
        string folder, CancellationToken cancellationToken)
    {
        var billed = new Dictionary<string, BilledUse>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            using var invoice = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            var value = invoice.RootElement.GetProperty("value");
            var tenant = value.GetProperty("tenant").GetString()!;
            if (!billed.TryAdd(tenant, Use(value)))
                throw new InvalidDataException($"{tenant} has two invoices.");
        }
        return billed;
    }

    /// <summary>Names of files that are not the same in two folders, or are in one alone.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(
        string one, string other, CancellationToken cancellationToken)
    {
        var names = Names(one).Union(Names(other)).Order(StringComparer.Ordinal);
        var different = new List<string>();
        foreach (var name in names)
        {
            var first = await BytesAsync(Path.Combine(one, name), cancellationToken);
            var second = await BytesAsync(Path.Combine(other, name), cancellationToken);
            if (first is null || second is null || !first.AsSpan().SequenceEqual(second)) different.Add(name);
        }
        return different;
    }

    private static async Task<byte[]?> BytesAsync(string path, CancellationToken cancellationToken) =>
        File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken) : null;

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path));

    private static BilledUse Use(JsonElement invoice)
    {
        long Units(string unit) => invoice.GetProperty("lines").EnumerateArray()
            .Where(line => line.TryGetProperty("unit", out var name)
                && string.Equals(name.GetString(), unit, StringComparison.OrdinalIgnoreCase))
            .Sum(line => line.GetProperty("units").GetInt64());
        return new BilledUse(Units("StandardResults"), Units("BytesIn"), Units("BytesOut"));
    }
}

/// <summary>What a tenant used, by its invoice or by its client's own count.</summary>
/// <param name="Results">Images it got.</param>
/// <param name="BytesIn">Bytes it sent for them.</param>
/// <param name="BytesOut">Bytes of them.</param>
internal readonly record struct BilledUse(long Results, long BytesIn, long BytesOut)
{
    /// <summary>Both together.</summary>
    public static BilledUse operator +(BilledUse one, BilledUse other) => new(
        one.Results + other.Results, one.BytesIn + other.BytesIn, one.BytesOut + other.BytesOut);
}
