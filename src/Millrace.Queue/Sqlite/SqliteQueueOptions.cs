using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// Where the embedded queue and the embedded poison ledger keep their files, and how much they take. Configuration
/// section <c>Queue:Sqlite</c>.
/// </summary>
public sealed record SqliteQueueOptions
{
    /// <summary>
    /// Folder of <c>queue.db</c> and <c>poison.db</c>, made if it is missing; one process a folder. Required.
    /// </summary>
    [Required] public string Folder { get; init; } = "";

    /// <summary>
    /// Tickets that may wait in each of the lanes that are kept in memory, interactive and heavy. 1 to 100,000;
    /// default 256: about two seconds of work for two kernels.
    /// </summary>
    [Range(1, 100_000)] public int MemoryTicketsMax { get; init; } = 256;

    /// <summary>
    /// Tickets that may wait in each of the lanes that are kept on disk, bulk and webhook. 1 to 10,000,000; default
    /// 1,000,000: about 1 GB on disk and 50 MB of memory.
    /// </summary>
    [Range(1, 10_000_000)] public int DiskTicketsMax { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes that each database file may have. 1 MiB to 1 TiB; default 8 GiB: what both lanes need when full, four
    /// times over.
    /// </summary>
    [Range(1L << 20, 1L << 40)] public long FileBytesMax { get; init; } = 8L << 30;

    /// <summary>
    /// How long nobody gets a ticket whose lease or completion could not be written. 10 ms to 1 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>Checks the ranges named on <see cref="SqliteQueueOptions"/>.</summary>
[OptionsValidator]
public sealed partial class SqliteQueueOptionsValidator : IValidateOptions<SqliteQueueOptions>;
