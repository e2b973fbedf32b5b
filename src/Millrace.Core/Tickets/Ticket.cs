using System.Text.Json;

namespace Millrace.Core.Tickets;

/// <summary>
/// One image to convert, as the queue carries it: everything but the pixels, at most
/// <see cref="TicketText.BytesMax"/> bytes of JSON.
/// </summary>
public sealed record Ticket
{
    /// <summary>The job's id, UUID version 7: also on every retry and hedge of it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose image it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>What kind of work it is.</summary>
    public required Lane Lane { get; init; }

    /// <summary>The cell whose queue it is in, from 0.</summary>
    public required int Cell { get; init; }

    /// <summary>What to do, in canonical form.</summary>
    public required string Transform { get; init; }

    /// <summary>
    /// Where the bytes are: the internal address of the edge that holds them, for example
    /// <c>http://10.0.0.5:9000</c>; <see cref="Here"/> where edge and worker are one process; <see cref="Store"/>.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the source, lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Encoded bytes of the source.</summary>
    public long SourceBytes { get; init; }

    /// <summary>Pixels of one frame of the source.</summary>
    public long Pixels { get; init; }

    /// <summary>When its caller stops waiting, by the clock of the edge that wrote it.</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>Time from its writing to <see cref="Deadline"/>, for readers whose clock differs.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>How many times it has been enqueued, from 1; a hedge repeats its original's number.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Deaths that its image had caused when it was written.</summary>
    public int Strikes { get; init; }

    /// <summary>Whether it is a second copy beside one that has been worked on for long.</summary>
    public bool Hedge { get; init; }

    /// <summary>The caller's <c>traceparent</c> (W3C Trace Context); null when there is none.</summary>
    public string? Trace { get; init; }

    /// <summary>Fields of a newer build, carried as they came; null when there are none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Newer { get; init; }

    /// <summary>The <see cref="Source"/> of a ticket whose bytes are in the worker's own process.</summary>
    public const string Here = "here";

    /// <summary>
    /// The <see cref="Source"/> of a durable job's ticket: its bytes are in the object store, and what is to be done
    /// stands in the job's record there. The ticket's transform is the first of the record's.
    /// </summary>
    public const string Store = "store";
}
