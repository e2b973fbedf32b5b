using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Billing;

/// <summary>How usage is sealed, billed and kept. Configuration section <c>Billing</c>.</summary>
public sealed record BillingOptions
{
    /// <summary>
    /// Folder on a local disk for segments while they are summed, and for what DuckDB puts out of memory: about the
    /// segments of the largest hour, twice. It may be lost at any time. Required.
    /// </summary>
    [Required(ErrorMessage = "Billing:WorkFolder is missing: name a folder on a local disk with room for an hour of "
        + "segments.")]
    public string? WorkFolder { get; init; }

    /// <summary>Memory that DuckDB may take, in MiB. 128 to 1,048,576; default 1,024.</summary>
    [Range(128, 1 << 20)] public int MemoryMebibytes { get; init; } = 1024;

    /// <summary>Threads that sum. 0 to 1,024; default 0: one a processor.</summary>
    [Range(0, 1024)] public int Threads { get; init; }

    /// <summary>
    /// How long after its end an hour is sealed at the earliest, so that recorders that have just started are known.
    /// 0 to 7 days; default 15 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan SealDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long after an hour segments of it are still looked for: later ones are not billed. 1 h to 400 days; default
    /// 35 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "400.00:00:00")]
    public TimeSpan LateWindow { get; init; } = TimeSpan.FromDays(35);

    /// <summary>Objects that are read or written at the same time. 1 to 256; default 8.</summary>
    [Range(1, 256)] public int StoreParallelism { get; init; } = 8;

    /// <summary>How often the role <c>bill</c> looks for hours to seal. 1 s to 1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Who sends the invoices, as it stands on them. At most 1,000 characters; default <c>Millrace</c>.
    /// </summary>
    [Required, StringLength(1000, MinimumLength = 1)] public string Seller { get; init; } = "Millrace";

    /// <summary>
    /// What the numbers of invoices begin with: 0 to 8 of A-Z a-z 0-9 -. Default <c>M</c>. A change begins no new
    /// numbers.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9-]{0,8}$",
        ErrorMessage = "Billing:NumberPrefix must be 0 to 8 letters, digits or '-'.")]
    public string NumberPrefix { get; init; } = "M";
}

/// <summary>Checks <see cref="BillingOptions"/> before anything is done with them.</summary>
[OptionsValidator]
public sealed partial class BillingOptionsValidator : IValidateOptions<BillingOptions>;
