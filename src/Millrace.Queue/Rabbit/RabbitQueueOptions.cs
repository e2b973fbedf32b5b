using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Millrace.Core.Cells;

namespace Millrace.Queue.Rabbit;

/// <summary>
/// The broker's nodes, and what its queues are. Configuration section <c>Queue:Rabbit</c>. All members of a region have
/// equal <see cref="Cells"/>, <see cref="QueuePrefix"/>, lengths and <see cref="DeliveryLimit"/>.
/// </summary>
public sealed record RabbitQueueOptions : IValidatableObject
{
    /// <summary>The environment variable of the user's name, when <see cref="UserFile"/> is not set.</summary>
    public const string UserVariable = "MILLRACE_RABBIT_USER";

    /// <summary>The environment variable of the password, when <see cref="PasswordFile"/> is not set.</summary>
    public const string PasswordVariable = "MILLRACE_RABBIT_PASSWORD";

    private const int NodesMax = 16;

    /// <summary>
    /// Every node: <c>amqp://host:5672</c>, or <c>amqps://host:5671</c> for TLS; without user and password. 1 to 16.
    /// </summary>
    [MinLength(1), MaxLength(NodesMax)] public IReadOnlyList<Uri> Nodes { get; init; } = [];

    /// <summary>File with the user's name; null: <see cref="UserVariable"/>. Read at each connect.</summary>
    public string? UserFile { get; init; }

    /// <summary>File with the password; null: <see cref="PasswordVariable"/>. Read at each connect.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The virtual host. Default <c>/</c>.</summary>
    [Required, StringLength(255)] public string VirtualHost { get; init; } = "/";

    /// <summary>PEM file of the authorities that may have signed the nodes' certificates; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate; null: none.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of its key; required with a certificate.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>The name in the nodes' certificates; null: each node's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>How many cells the region has. 1 to 256; default 4.</summary>
    [Range(1, CellChoice.CellsMax)] public int Cells { get; init; } = 4;

    /// <summary>What queue names begin with, before cell and lane. Default <c>millrace.v1</c>.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,100}")] public string QueuePrefix { get; init; } = "millrace.v1";

    /// <summary>Tickets that may wait in a cell's interactive lane. 1 to 10,000,000; default 20,000.</summary>
    [Range(1, 10_000_000)] public int InteractiveMax { get; init; } = 20_000;

    /// <summary>Tickets that may wait in a cell's heavy lane. 1 to 10,000,000; default 5,000.</summary>
    [Range(1, 10_000_000)] public int HeavyMax { get; init; } = 5_000;

    /// <summary>Tickets that may wait in a cell's bulk lane. 1 to 10,000,000; default 1,000,000.</summary>
    [Range(1, 10_000_000)] public int BulkMax { get; init; } = 1_000_000;

    /// <summary>Tickets that may wait in a cell's webhook lane. 1 to 10,000,000; default 100,000.</summary>
    [Range(1, 10_000_000)] public int WebhookMax { get; init; } = 100_000;

    /// <summary>Messages in the dead-letter queue; more stay where they are. Default 100,000.</summary>
    [Range(1, 10_000_000)] public int DeadMax { get; init; } = 100_000;

    /// <summary>
    /// Hand-outs after which a worker moves a ticket to the dead-letter queue; the broker does after twice as many. 5
    /// to 1,000; default 20: a backstop, as poison is counted by the ledger.
    /// </summary>
    [Range(5, 1_000)] public int DeliveryLimit { get; init; } = 20;

    /// <summary>How long a connect with its handshake may take. 0.5 to 60 s; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two tries to connect to a node. 0.1 s to 5 min; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ReconnectMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection that is silent for twice this is lost. 1 to 60 s; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a confirm is waited for before the ticket is published again on another node; each further wait is
    /// twice as long. 0.1 to 30 s; default 1.5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long any other call to a node may take. 0.5 to 60 s; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Tickets for one queue that are unsent or unconfirmed on one node; more are refused as full. Default 2,048.
    /// </summary>
    [Range(1, 65_536)] public int InFlightMax { get; init; } = 2_048;

    /// <summary>How often depths are read. 0.1 to 60 s; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a consumer that nothing comes to stays where it is: a node whose copy of a queue is dead swallows what
    /// is handed out over it, until the consumer goes. 2 s to 1 h; default 20 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the poison log keeps a strike. 1 h to 30 d; default 25 h: longer than any strike counts.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan PoisonAge { get; init; } = TimeSpan.FromHours(25);

    /// <summary>Bytes that the poison log keeps, oldest thrown away first. Default 64 MiB: 150,000 strikes.</summary>
    [Range(1L << 20, 1L << 40)] public long PoisonBytesMax { get; init; } = 64L << 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var node in Nodes)
        {
            if (!node.IsAbsoluteUri || node.Scheme is not ("amqp" or "amqps") || node.AbsolutePath.Length > 1)
                yield return new($"Nodes: '{Plain(node)}' is not amqp://host:port or amqps://host:port.");
            else if (node.UserInfo.Length > 0)
                yield return new($"Nodes: '{Plain(node)}' has a password in it; use a file instead.");
        }
        if (ClientCertificateFile is null != ClientKeyFile is null)
            yield return new("ClientCertificateFile and ClientKeyFile are set together or not at all.");
    }

    private static string Plain(Uri node) => node.IsAbsoluteUri ? $"{node.Scheme}://{node.Authority}" : "relative";
}

/// <summary>Checks what is named on <see cref="RabbitQueueOptions"/>.</summary>
[OptionsValidator]
public sealed partial class RabbitQueueOptionsValidator : IValidateOptions<RabbitQueueOptions>;
