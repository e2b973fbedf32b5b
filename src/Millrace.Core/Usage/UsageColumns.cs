namespace Millrace.Core.Usage;

/// <summary>
/// Names of the columns of a raw segment (Parquet, zstd), in their order; what writes and what reads agree on them.
/// </summary>
public static class UsageColumns
{
    /// <summary>Text: UUID of the request or job.</summary>
    public const string Id = "id";

    /// <summary>Text.</summary>
    public const string Tenant = "tenant";

    /// <summary>64-bit: Unix milliseconds.</summary>
    public const string At = "at_ms";

    /// <summary>32-bit: number of <see cref="Tickets.Lane"/>.</summary>
    public const string Lane = "lane";

    /// <summary>32-bit: number of <see cref="UsageClass"/>.</summary>
    public const string Class = "class";

    /// <summary>Text: format's name, empty for none.</summary>
    public const string Source = "source";

    /// <summary>Text: format's name, empty for none.</summary>
    public const string Result = "result";

    /// <summary>64-bit.</summary>
    public const string BytesIn = "bytes_in";

    /// <summary>64-bit.</summary>
    public const string BytesOut = "bytes_out";

    /// <summary>64-bit.</summary>
    public const string Pixels = "pixels";

    /// <summary>32-bit.</summary>
    public const string Results = "results";

    /// <summary>32-bit.</summary>
    public const string Status = "status";

    /// <summary>64-bit: microseconds.</summary>
    public const string Duration = "duration_us";

    /// <summary>Boolean.</summary>
    public const string IsBillable = "billable";

    /// <summary>Text.</summary>
    public const string Recorder = "recorder";

    /// <summary>64-bit.</summary>
    public const string Epoch = "epoch";

    /// <summary>64-bit.</summary>
    public const string Sequence = "sequence";

    /// <summary>
    /// 64-bit: milliseconds that <see cref="At"/> is later than what the recorder's clock said; 0 unless that was set
    /// back, as times never go back within an epoch.
    /// </summary>
    public const string Shift = "shift_ms";

    /// <summary>Version of this list of columns: columns may be added within one.</summary>
    public const int Version = 1;
}
