using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Management.Store;

/// <summary>Where management keeps what it knows. Configuration section <c>Management:Store</c>.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// The file of the embedded database, for one process. Exactly one of this and <see cref="Postgres"/>.
    /// </summary>
    public string File { get; init; } = "";

    /// <summary>
    /// Connection string of PostgreSQL, for any number of replicas; without the password when
    /// <see cref="PasswordFile"/> has it.
    /// </summary>
    public string Postgres { get; init; } = "";

    /// <summary>A file whose first line is the password of PostgreSQL. Empty: as the connection string says.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>
    /// A file of 64 hexadecimal digits that seals secrets (webhooks', URL signing pairs) in the database; made when it
    /// is missing, and then needed for ever: keep it apart from the database's backups. All replicas have the same.
    /// </summary>
    [Required] public string SealFile { get; init; } = "";

    /// <summary>
    /// How long a statement may take, a change waits for those before it, and PostgreSQL bears a replica that is silent in
    /// the middle of a change. 1 s to 5 min; default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a start waits for another process that migrates the database. 1 s to 1 h; default 2 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long after a start, and after a jump of the calendar, nothing is ended or forgotten: time to see that the clock
    /// is wrong. 0 to 7 days; default 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan ClockRest { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a deleted tenant can be taken back. 0 to 365 days; default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan DeletionGrace { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long the feed remembers what was removed; a reader that was away for longer reads everything. 1 h to 365
    /// days; default 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan RemovalsKept { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Live keys of a tenant. 1 to 1,000; default 20.</summary>
    [Range(1, 1_000)] public int KeysMax { get; init; } = 20;

    /// <summary>How often a change made by another replica is looked for. 50 ms to 10 s; default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After this without a word an edge no longer counts as alive. 3 s to 10 min; default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:10:00")]
    public TimeSpan ReaderLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tells no secrets.</summary>
    public override string ToString() => File.Length > 0 ? File : "PostgreSQL";
}

/// <summary>Checks <see cref="StoreOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class StoreOptionsValidator : IValidateOptions<StoreOptions>;

/// <summary>Checks what no range can say.</summary>
internal sealed class StoreKindCheck : IValidateOptions<StoreOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StoreOptions options) =>
        (options.File.Length > 0) == (options.Postgres.Length > 0)
            ? ValidateOptionsResult.Fail("Management:Store needs either File or Postgres, and not both.")
            : ValidateOptionsResult.Success;
}
