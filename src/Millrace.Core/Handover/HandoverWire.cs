namespace Millrace.Core.Handover;

/// <summary>
/// The HTTP between workers and an edge's internal listener. All of it carries
/// <c>Authorization: Bearer SECRET</c>; a wrong one is answered 401.
/// <list type="bullet">
/// <item>Session: a WebSocket at <see cref="SessionPath"/>, one for each worker and edge, opened by the worker and kept
/// while both live; pings each way find a peer that is silent. Text messages, <see cref="SessionText"/>. A worker is
/// lost when its session ends; what its kernels had is struck unless it closed the session in order.</item>
/// <item>Fetch: <c>GET <see cref="SourcePath"/>{id}</c>: 200 with source and watermark behind one another,
/// <see cref="SourceBytes"/> and <see cref="RemainingMs"/>; 410 gone, 409 taken, 429 later, 412 without a
/// session.</item>
/// <item>Result: <c>POST <see cref="ResultPath"/>{id}</c>, the body a kernel's reply as
/// <see cref="Kernels.KernelReplyHeader"/> has it (header, text, image): 204 taken, 410 nobody waits.</item>
/// <item>Give up: <c>DELETE <see cref="SourcePath"/>{id}</c>: 204. A worker that gets no such answer says so in its
/// session, which the edge hears or sees end.</item>
/// </list>
/// </summary>
public static class HandoverWire
{
    /// <summary>The WebSocket of a worker's session.</summary>
    public const string SessionPath = "/internal/v1/session";

    /// <summary>Prefix of a ticket's bytes; the id follows as 32 hexadecimal digits.</summary>
    public const string SourcePath = "/internal/v1/sources/";

    /// <summary>Prefix of a ticket's result; the id follows as 32 hexadecimal digits.</summary>
    public const string ResultPath = "/internal/v1/results/";

    /// <summary>Request header of fetch, result and give-up: the worker's instance, 32 hexadecimal digits.</summary>
    public const string Worker = "Millrace-Worker";

    /// <summary>Request header of a fetch: the ticket's attempt; with a hedge, followed by <c>h</c>.</summary>
    public const string Attempt = "Millrace-Attempt";

    /// <summary>Response header of a fetch: bytes of the source; what follows them is the watermark.</summary>
    public const string SourceBytes = "Millrace-Source-Bytes";

    /// <summary>Response header of a fetch: milliseconds that the caller still waits.</summary>
    public const string RemainingMs = "Millrace-Remaining-Ms";

    /// <summary>Request header of a result: microseconds in kernels, and attempts, divided by a comma.</summary>
    public const string Converted = "Millrace-Converted";
}
