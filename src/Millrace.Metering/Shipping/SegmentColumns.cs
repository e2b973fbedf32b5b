using Millrace.Core.Images;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;
using Parquet;
using Parquet.Schema;

namespace Millrace.Metering.Shipping;

/// <summary>
/// Records of one hour, by column, and the Parquet file that they make: equal records make equal bytes.
/// </summary>
internal sealed class SegmentColumns(EpochName epoch)
{
    /// <summary>Key of the file's own word on which records are in it.</summary>
    public const string RecordsKey = "millrace.records";

    /// <summary>Numbers that are near those before them, or have far fewer bits than room.</summary>
    private static readonly string[] Packed =
    [
        UsageColumns.At, UsageColumns.BytesIn, UsageColumns.BytesOut, UsageColumns.Epoch, UsageColumns.Sequence,
    ];

    private static readonly ParquetOptions Options = MakeOptions();
    private readonly List<JournalEntry> _entries = [];

    /// <summary>Sequence of the first record.</summary>
    public long First => _entries[0].Sequence;

    /// <summary>Sequence of the last record.</summary>
    public long Last => _entries[^1].Sequence;

    /// <summary>Records.</summary>
    public int Count => _entries.Count;

    /// <summary>The records, in the order of their sequences.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Whose they are.</summary>
    public EpochName Epoch => epoch;

    /// <summary>Time of the earliest record.</summary>
    public DateTimeOffset EarliestAt => _entries.Min(entry => entry.Record.At);

    /// <summary>Time of the latest record.</summary>
    public DateTimeOffset LatestAt => _entries.Max(entry => entry.Record.At);

    /// <summary>Adds a record; they come in the order of their sequences.</summary>
    public void Add(JournalEntry entry) => _entries.Add(entry);

    /// <summary>Writes the file.</summary>
    /// <param name="records">Which records they are, for whoever finds the file: a hash.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<MemoryStream> WriteAsync(string records, CancellationToken cancellationToken)
    {
        var file = new MemoryStream();
        var fields = Fields();
        await using (var writer = await ParquetWriter.CreateAsync(
            new ParquetSchema(fields.Select(each => each.Field)), file, Options, false, cancellationToken))
        {
            writer.CustomMetadata = new Dictionary<string, string> { [RecordsKey] = records };
            using var group = writer.CreateRowGroup();
            foreach (var (field, write) in fields) await write(group, field);
        }
        file.Position = 0;
        return file;
    }

    private (DataField Field, Func<ParquetRowGroupWriter, DataField, Task> Write)[] Fields() =>
    [
        Text(UsageColumns.Id, entry => entry.Record.Id.ToString()),
        Text(UsageColumns.Tenant, entry => entry.Record.Tenant),
        Long(UsageColumns.At, entry => entry.Record.At.ToUnixTimeMilliseconds()),
        Number(UsageColumns.Lane, entry => (int)entry.Record.Lane),
        Number(UsageColumns.Class, entry => (int)entry.Record.Class),
        Text(UsageColumns.Source, entry => entry.Record.Source?.Name() ?? ""),
        Text(UsageColumns.Result, entry => entry.Record.Result?.Name() ?? ""),
        Long(UsageColumns.BytesIn, entry => entry.Record.BytesIn),
        Long(UsageColumns.BytesOut, entry => entry.Record.BytesOut),
        Long(UsageColumns.Pixels, entry => entry.Record.Pixels),
        Number(UsageColumns.Results, entry => entry.Record.Results),
        Number(UsageColumns.Status, entry => entry.Record.Status),
        Long(UsageColumns.Duration, entry => (long)entry.Record.Duration.TotalMicroseconds),
        Of(UsageColumns.IsBillable, entry => entry.Record.IsBillable),
        Text(UsageColumns.Recorder, _ => epoch.Recorder),
        Long(UsageColumns.Epoch, _ => epoch.Epoch),
        Long(UsageColumns.Sequence, entry => entry.Sequence),
        Long(UsageColumns.Shift, entry => entry.ShiftMilliseconds),
    ];

    private (DataField, Func<ParquetRowGroupWriter, DataField, Task>) Long(
        string name, Func<JournalEntry, long> value) => Of(name, value);

    private (DataField, Func<ParquetRowGroupWriter, DataField, Task>) Number(
        string name, Func<JournalEntry, int> value) => Of(name, value);

    private (DataField, Func<ParquetRowGroupWriter, DataField, Task>) Of<T>(
        string name, Func<JournalEntry, T> value)
        where T : struct => (
            new DataField<T>(name, false),
            (group, field) => group.WriteAsync<T>(field, Column(value), null, null, CancellationToken.None));

    private (DataField, Func<ParquetRowGroupWriter, DataField, Task>) Text(
        string name, Func<JournalEntry, string> value) => (
            new DataField(name, typeof(string), false),
            (group, field) => group.WriteAsync(field, Column(value)));

    private T[] Column<T>(Func<JournalEntry, T> value)
    {
        var column = new T[_entries.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(_entries[i]);
        return column;
    }

    private static ParquetOptions MakeOptions()
    {
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            CompressionLevel = System.IO.Compression.CompressionLevel.Optimal,
        };
        foreach (var name in Packed)
        {
            options.ColumnEncodingHints[name] = EncodingHint.DeltaBinaryPacked;
        }
        return options;
    }
}
