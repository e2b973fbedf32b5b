using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// Where the ledger is kept by the DynamoDB API, and how long it is waited for. Configuration section
/// <c>Ledger:Dynamo</c>. Credentials are found by the SDK's own chain: the environment (<c>AWS_ACCESS_KEY_ID</c>,
/// <c>AWS_SECRET_ACCESS_KEY</c>), its files, or the machine's role.
/// </summary>
public sealed record DynamoLedgerOptions : IValidatableObject
{
    /// <summary>
    /// <c>https://host:port</c> of the store, such as ScyllaDB's Alternator; null for Amazon's own in
    /// <see cref="Region"/>.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. Default <c>us-east-1</c>.</summary>
    [Required, StringLength(64)] public string Region { get; init; } = "us-east-1";

    /// <summary>The table: 3 to 255 of <c>a-z A-Z 0-9 _ . -</c>. Default <c>millrace-usage</c>.</summary>
    [Required, RegularExpression("[a-zA-Z0-9_.-]{3,255}")] public string Table { get; init; } = "millrace-usage";

    /// <summary>
    /// Whether a table that is missing is made, billed by request. Default true; false where it comes with the rest of
    /// the machinery.
    /// </summary>
    public bool CreateTable { get; init; } = true;

    /// <summary>
    /// How long after its minute an item may go: its attribute <c>x</c> has that time, for the table's time to live.
    /// 1 day to 10 years; default 400 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a connect may take. 0.1 to 60 s; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one try of a request may take. 0.1 s to 1 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a request is made in all without getting anywhere; a write that stores some of its items has.
    /// 1 to 20; default 6.
    /// </summary>
    [Range(1, 20)] public int TriesMax { get; init; } = 6;

    /// <summary>
    /// Longest wait before the second try; each further one may be twice as long. The wait is random up to that.
    /// 1 ms to 10 s; default 0.1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Connections to the store. 1 to 1,000; default 32.</summary>
    [Range(1, 1_000)] public int ConnectionsMax { get; init; } = 32;

    /// <summary>Writes of one batch that are on their way at once, of 25 items each. 1 to 64; default 4.</summary>
    [Range(1, 64)] public int WritesAtOnce { get; init; } = 4;

    /// <summary>Items of one page of a reading. 1 to 10,000; default 2,000: about half a megabyte.</summary>
    [Range(1, 10_000)] public int PageItems { get; init; } = 2_000;

    /// <summary>How long a new table may take to become ready. 1 s to 10 min; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a store that is down at the start is left alone before it is asked again, and how often a new table is
    /// looked at. 10 ms to 5 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https")))
            yield return new("Endpoint: it is not https://host:port or http://host:port.");
        else if (Endpoint is { UserInfo.Length: > 0 })
            yield return new("Endpoint: it has a password in it; use the environment or a file instead.");
    }
}

/// <summary>Checks what is named on <see cref="DynamoLedgerOptions"/>.</summary>
[OptionsValidator]
public sealed partial class DynamoLedgerOptionsValidator : IValidateOptions<DynamoLedgerOptions>;
