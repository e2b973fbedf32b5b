using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Handover;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Internal;

/// <summary>Fetch and give-up, as <see cref="HandoverWire"/> has them.</summary>
internal sealed class SourceEndpoint(ClaimDesk desk, Fleet fleet)
{
    /// <summary><c>GET /internal/v1/sources/{id}</c>: a claim, answered with the bytes.</summary>
    public async Task FetchAsync(HttpContext context)
    {
        if (WorkerHeaders.Ticket(context) is not { } id || WorkerHeaders.Worker(context) is not { } worker
            || WorkerHeaders.IsHedge(context) is not { } isHedge)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        if (fleet.Find(worker) is null)
        {
            context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
            return;
        }
        using var handout = desk.Fetch(id, worker, isHedge);
        context.Response.StatusCode = StatusOf(handout.Answer);
        if (handout.Answer == FetchAnswer.Granted) await SendAsync(context, handout);
    }

    /// <summary><c>DELETE /internal/v1/sources/{id}</c>: the claim ends, the ticket goes back to the queue.</summary>
    public Task GiveUpAsync(HttpContext context)
    {
        if (WorkerHeaders.Ticket(context) is { } id && WorkerHeaders.Worker(context) is { } worker)
        {
            desk.GaveUp(id, worker);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpContext context, Handout handout)
    {
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = handout.Source.Length + handout.Watermark.Length;
        response.Headers[HandoverWire.SourceBytes] = Text(handout.Source.Length);
        response.Headers[HandoverWire.RemainingMs] = Text((long)handout.Remaining.TotalMilliseconds);
        try
        {
            await response.Body.WriteAsync(handout.Source, context.RequestAborted);
            if (!handout.Watermark.IsEmpty) await response.Body.WriteAsync(handout.Watermark, context.RequestAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The worker, or somebody else, fetches again.
            handout.BreakOff();
            context.Abort();
        }
    }

    private static int StatusOf(FetchAnswer answer) => answer switch
    {
        FetchAnswer.Granted => StatusCodes.Status200OK,
        FetchAnswer.Taken => StatusCodes.Status409Conflict,
        FetchAnswer.Later => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status410Gone,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
