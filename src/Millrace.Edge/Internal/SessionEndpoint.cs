using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Handover;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Internal;

/// <summary>
/// <c>GET /internal/v1/session</c>: a worker's WebSocket. The worker is lost when it ends, whichever way; pings find
/// one that is silent.
/// </summary>
internal sealed partial class SessionEndpoint(
    ClaimDesk desk, Fleet fleet, IOptions<InternalOptions> options, TimeProvider time, ILogger<SessionEndpoint> log)
{
    /// <summary>Serves one session to its end.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="stopping">This edge stops: the session is closed in order.</param>
    public async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var session = new WorkerSession(socket, options.Value, time);
        if (await session.HelloAsync(context.RequestAborted) is not { } worker)
        {
            LogNoHello(context.Connection.RemoteIpAddress?.ToString() ?? "");
            return;
        }
        await ServeAsync(session, worker, stopping);
    }

    private async Task ServeAsync(WorkerSession session, WorkerIdentity worker, CancellationToken stopping)
    {
        var member = fleet.Join(worker, session.Abort);
        LogJoined(worker.Name, worker.Instance, worker.Kernels, worker.Build);
        var end = SessionEnd.Broken("It broke.");
        try
        {
            var heard = new SessionEars(
                id => desk.Started(id, worker.Instance), id => desk.Left(id, worker.Instance));
            end = await session.RunAsync(heard, () => fleet.Pace(worker.Instance), stopping);
        }
        finally
        {
            // Another session of the same instance has the worker's claims from now on.
            if (fleet.Leave(member)) await desk.WorkerLeftAsync(worker, end.IsOrderly);
        }
        LogLeft(worker.Name, worker.Instance, end.Reason);
    }

    [LoggerMessage(3041, LogLevel.Warning, "{Peer} opened a session and said no hello.")]
    private partial void LogNoHello(string peer);

    [LoggerMessage(3042, LogLevel.Information, "Worker {Worker} ({Instance}) is here: {Kernels} kernels, {Build}.")]
    private partial void LogJoined(string worker, Guid instance, int kernels, string build);

    [LoggerMessage(3043, LogLevel.Information, "The session of worker {Worker} ({Instance}) has ended: {Reason}")]
    private partial void LogLeft(string worker, Guid instance, string reason);
}
