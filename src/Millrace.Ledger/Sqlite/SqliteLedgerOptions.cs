using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Ledger.Sqlite;

/// <summary>
/// Where the embedded ledger keeps its file, and how much it takes. Configuration section <c>Ledger:Sqlite</c>.
/// </summary>
public sealed record SqliteLedgerOptions
{
    /// <summary>Folder of <c>ledger.db</c>, made if it is missing; one process writes it. Required.</summary>
    [Required] public string Folder { get; init; } = "";

    /// <summary>How long rows are kept after their minute. 1 day to 10 years; default 400 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(400);

    /// <summary>
    /// Bytes that the database file may have. 1 MiB to 1 TiB; default 16 GiB: about 100 million rows.
    /// </summary>
    [Range(1L << 20, 1L << 40)] public long FileBytesMax { get; init; } = 16L << 30;
}

/// <summary>Checks the ranges named on <see cref="SqliteLedgerOptions"/>.</summary>
[OptionsValidator]
public sealed partial class SqliteLedgerOptionsValidator : IValidateOptions<SqliteLedgerOptions>;
