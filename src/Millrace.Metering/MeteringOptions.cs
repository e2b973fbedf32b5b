using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Metering;

/// <summary>How usage is recorded and shipped. Configuration section <c>Metering</c>.</summary>
public sealed record MeteringOptions
{
    /// <summary>
    /// Folder of the journals, on a disk that survives this process: records are there until both stores have them.
    /// Several processes may share it, each has a folder of its recorder's name in it.
    /// </summary>
    [Required(ErrorMessage = "Metering:Folder is missing: name a folder on a local disk, where usage is written down "
        + "before it is answered.")]
    public string? Folder { get; init; }

    /// <summary>Who records: 1 to 64 of a-z 0-9 -, another one for each process of a region.</summary>
    [Required]
    [RegularExpression("^[a-z0-9-]{1,64}$", ErrorMessage = "Metering:Recorder must be 1 to 64 of a-z, 0-9 and '-'.")]
    public string? Recorder { get; init; }

    /// <summary>Under which region raw segments stand: 1 to 32 of a-z 0-9 -. Default <c>local</c>.</summary>
    [Required]
    [RegularExpression("^[a-z0-9-]{1,32}$", ErrorMessage = "Metering:Region must be 1 to 32 of a-z, 0-9 and '-'.")]
    public string Region { get; init; } = "local";

    /// <summary>
    /// How often what was recorded is put on the disk: what a power cut may cost. 10 ms to 1 s; default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:01")]
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long the disk may keep a write or a flush waiting until new work is refused. 1 s to 10 min; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan FlushAgeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Records kept in memory while the disk fails; from half of it on new work is refused. 100 to 1,000,000; default
    /// 50,000, about 20 MB.
    /// </summary>
    [Range(100, 1_000_000)] public int HeldMax { get; init; } = 50_000;

    /// <summary>
    /// Bytes of one file of the journal; the room of two is taken at the start. 16 KB to 1 GB; default 16 MB.
    /// </summary>
    [Range(16 * 1024, 1024 * 1024 * 1024)] public int FileBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of all journal files together, from which on new work is refused: what stores that are down may cost. 64
    /// KB to 1 TB; default 8 GB, about 110 million records.
    /// </summary>
    [Range(64L * 1024, 1L << 40)] public long JournalBytesMax { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>How often a batch goes to the ledger. 100 ms to 10 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan BatchInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Records of a batch, which then goes at once. 1 to 1,000,000; default 50,000.</summary>
    [Range(1, 1_000_000)] public int BatchRecordsMax { get; init; } = 50_000;

    /// <summary>
    /// How often a raw segment goes to the object store: how far billing may lag, and how small a quiet recorder's
    /// files are. 100 ms to 1 h; default 5 min, twelve files an hour.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan SegmentInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Records of a segment, which then goes at once: about 4 MB, and 100 MB of memory while it is made. 1 to
    /// 1,000,000; default 250,000.
    /// </summary>
    [Range(1, 1_000_000)] public int SegmentRecordsMax { get; init; } = 250_000;

    /// <summary>How often it is looked whether a shipment is full, where that is not due by time.</summary>
    internal TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a store may take for one shipment. 1 s to 10 min; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Wait after a shipment that failed; twice as long after each further one. Half as much is added or taken away by
    /// chance. 10 ms to 1 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest of those waits. 10 ms to 10 min; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LastBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the last shipments may take when the process stops; what is left goes after the next start. 0 to 5
    /// min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Difference to the object store's clock from which on it is told. 1 s to 1 h; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks <see cref="MeteringOptions"/> before the host serves.</summary>
[OptionsValidator]
public sealed partial class MeteringOptionsValidator : IValidateOptions<MeteringOptions>;
