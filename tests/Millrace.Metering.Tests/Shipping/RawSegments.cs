using System.Security.Cryptography;
using DuckDB.NET.Data;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Testing;

namespace Millrace.Metering.Tests.Shipping;

/// <summary>What stands in an object store about usage, read as whoever bills reads it: by DuckDB.</summary>
internal static class RawSegments
{
    /// <summary>Every manifest; each was held against its segment.</summary>
    public static List<UsageManifest> Manifests(MemoryObjectStore store)
    {
        var manifests = new List<UsageManifest>();
        foreach (var key in store.Keys.Where(key => key.EndsWith(".parquet", StringComparison.Ordinal)))
        {
            var segment = store.Bytes(ObjectKey.Of(key))!;
            var (manifest, reason) = UsageText.ReadManifest(store.Bytes(UsageKeys.Manifest(ObjectKey.Of(key))));
            Assert.True(manifest is not null, reason);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(segment)), manifest.Hash);
            Assert.Equal(segment.Length, manifest.Bytes);
            manifests.Add(manifest);
        }
        return manifests;
    }

    /// <summary>Every epoch's furthest word; its end stands apart, and says the same.</summary>
    public static List<UsageEpoch> Epochs(MemoryObjectStore store) =>
    [
        .. store.Keys.Where(key => key.StartsWith(UsageKeys.Epochs, StringComparison.Ordinal))
            .Select(key => UsageText.ReadEpoch(store.Bytes(ObjectKey.Of(key))).Value!)
            .GroupBy(word => (word.Recorder, word.Epoch))
            .Select(words => words.Aggregate((one, other) => other.IsPast(one) ? other : one))
            .OrderBy(word => word.Epoch),
    ];

    /// <summary>Rows of a query over all segments, which it knows as the table <c>usage</c>.</summary>
    public static List<object[]> Query(MemoryObjectStore store, string sql)
    {
        using var folder = new TestFolder();
        foreach (var key in store.Keys.Where(key => key.EndsWith(".parquet", StringComparison.Ordinal)))
        {
            var path = Path.Combine(folder.Path, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, store.Bytes(ObjectKey.Of(key))!);
        }
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            $"CREATE VIEW usage AS SELECT * FROM read_parquet('{folder.Path}/**/*.parquet', "
            + $"hive_partitioning = true); {sql}";
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        do
        {
            while (reader.Read())
            {
                var row = new object[reader.FieldCount];
                reader.GetValues(row);
                rows.Add(row);
            }
        }
        while (reader.NextResult());
        return rows;
    }
}
