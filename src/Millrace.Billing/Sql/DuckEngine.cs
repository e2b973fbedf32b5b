using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Millrace.Billing.Sql;

/// <summary>
/// DuckDB in this process, bounded in memory and threads; what it cannot hold goes to a folder. One statement at a
/// time. Statements are the files beside this one, which other engines take as well.
/// </summary>
internal sealed class DuckEngine : IDisposable
{
    private const string Spill = "spill";
    private static readonly (string Name, string Type)[] Columns =
    [
        ("id", "VARCHAR"), ("tenant", "VARCHAR"), ("at_ms", "BIGINT"), ("lane", "INTEGER"), ("class", "INTEGER"),
        ("bytes_in", "BIGINT"), ("bytes_out", "BIGINT"), ("pixels", "BIGINT"), ("results", "INTEGER"),
        ("billable", "BOOLEAN"), ("recorder", "VARCHAR"), ("epoch", "BIGINT"), ("sequence", "BIGINT"),
    ];

    private static readonly string[] SumColumns =
    [
        "tenant", "from_ms", "lane", "class", "answers", "billable", "bytes_in", "bytes_out", "pixels",
        "paid_bytes_in", "paid_bytes_out", "paid_pixels",
    ];

    private readonly DuckDBConnection _connection;

    /// <summary>Starts it.</summary>
    /// <param name="options">Its bounds, and the folder.</param>
    public DuckEngine(BillingOptions options)
    {
        var spill = Directory.CreateDirectory(Path.Combine(options.WorkFolder!, Spill));
        _connection = new DuckDBConnection("DataSource=:memory:");
        _connection.Open();
        Run($"SET memory_limit='{options.MemoryMebibytes.ToString(CultureInfo.InvariantCulture)}MiB'");
        Run($"SET temp_directory={Text(spill.FullName)}");
        Run("SET preserve_insertion_order=false");
        Run("SET enable_progress_bar=false");
        if (options.Threads > 0) Run($"SET threads={options.Threads.ToString(CultureInfo.InvariantCulture)}");
        Run($"CREATE TABLE no_usage ({string.Join(", ", Columns.Select(column => $"{column.Name} {column.Type}"))})");
        Run($"CREATE TABLE no_sums ({string.Join(", ", SumColumns.Select(SumColumn))})");
    }

    /// <summary>The text of a statement of this folder.</summary>
    public static string Statement(string name)
    {
        using var stream = typeof(DuckEngine).Assembly.GetManifestResourceStream($"Millrace.Billing.Sql.{name}.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A path or name as SQL has it.</summary>
    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Makes segments a view that statements know; none are an empty one.</summary>
    public void SeeUsage(string view, IReadOnlyCollection<string> paths) =>
        See(view, paths, "no_usage", [.. Columns.Select(column => column.Name)]);

    /// <summary>Makes files of sums a view that statements know; none are an empty one.</summary>
    public void SeeSums(string view, IReadOnlyCollection<string> paths) => See(view, paths, "no_sums", SumColumns);

    /// <summary>Runs something that gives no rows.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read, or is no segment.</exception>
    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        Guarded(command.ExecuteNonQuery);
    }

    /// <summary>
    /// Writes a statement's rows to a Parquet file, in order, by one thread: equal rows make equal files.
    /// </summary>
    public void Write(string sql, string path) =>
        Run($"COPY ({sql} ORDER BY tenant, from_ms, lane, class) TO {Text(path)} (FORMAT parquet, COMPRESSION zstd)");

    /// <summary>A statement's rows, one by one.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Run"/>.</exception>
    public IEnumerable<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var reader = Guarded(command.ExecuteReader);
        while (Guarded(reader.Read)) yield return read(reader);
    }

    /// <summary>Fills a new table; the one of that name is gone.</summary>
    public void Fill<T>(string table, string columns, IEnumerable<T> rows, Action<IDuckDBAppenderRow, T> append)
    {
        Run($"CREATE OR REPLACE TABLE {table} ({columns})");
        using var appender = _connection.CreateAppender(table);
        foreach (var row in rows)
        {
            var line = appender.CreateRow();
            append(line, row);
            line.EndRow();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static string SumColumn(string name) => name + name switch
    {
        "tenant" => " VARCHAR",
        "lane" or "class" => " INTEGER",
        _ => " BIGINT",
    };

    private void See(string view, IReadOnlyCollection<string> paths, string nothing, string[] columns)
    {
        var source = paths.Count == 0 ? nothing : $"read_parquet([{string.Join(", ", paths.Select(Text))}])";
        Run($"CREATE OR REPLACE VIEW {view} AS SELECT {string.Join(", ", columns)} FROM {source}");
    }

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (DuckDBException exception)
        {
            throw new InvalidDataException($"DuckDB: {exception.Message}", exception);
        }
    }
}
