using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Millrace.Region.Bills;

/// <summary>A month's invoices, as billing wrote them into a folder.</summary>
internal static class BilledMonth
{
    /// <summary>What each tenant was billed.</summary>
    /// <exception cref="InvalidDataException">A tenant has two invoices.</exception>
    public static async Task<IReadOnlyDictionary<string, TenantBill>> ReadAsync(
        string folder, CancellationToken cancellationToken)
    {
        var billed = new Dictionary<string, TenantBill>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            using var invoice = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            var value = invoice.RootElement.GetProperty("value");
            var tenant = value.GetProperty("tenant").GetString()!;
            if (!billed.TryAdd(tenant, new TenantBill(Use(value), await HashAsync(path, cancellationToken))))
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

    // Of all the forms that the invoice has.
    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var forms = Directory.EnumerateFiles(
            Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + ".*");
        foreach (var form in forms.Order(StringComparer.Ordinal))
            hash.AppendData(await File.ReadAllBytesAsync(form, cancellationToken));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
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

/// <summary>A tenant's invoice.</summary>
/// <param name="Use">What it bills.</param>
/// <param name="Sha256">Of all its forms.</param>
internal readonly record struct TenantBill(BilledUse Use, string Sha256);

/// <summary>What a tenant used, by its invoice or by its client's own count.</summary>
/// <param name="Results">Images it got.</param>
/// <param name="BytesIn">Bytes it sent for them.</param>
/// <param name="BytesOut">Bytes of them.</param>
internal readonly record struct BilledUse(long Results, long BytesIn, long BytesOut)
{
    /// <summary>Both together.</summary>
    public static BilledUse operator +(BilledUse one, BilledUse other) => new(
        one.Results + other.Results, one.BytesIn + other.BytesIn, one.BytesOut + other.BytesOut);

    /// <summary>What one is more than the other.</summary>
    public static BilledUse operator -(BilledUse one, BilledUse other) => new(
        one.Results - other.Results, one.BytesIn - other.BytesIn, one.BytesOut - other.BytesOut);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Results} results, {BytesIn} B in, {BytesOut} B out");
}
