using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Internal;

/// <summary>
/// <c>POST /internal/v1/results/{id}</c>, as <see cref="HandoverWire"/> has it: 204 when the caller gets it, 410 when
/// nobody waits, 400 when it is no result (then others try), 412 without a session.
/// </summary>
internal sealed class ResultEndpoint(ClaimDesk desk, Fleet fleet, IOptions<InternalOptions> options)
{
    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.StatusCode = WorkerHeaders.Ticket(context) is { } id
            && WorkerHeaders.Worker(context) is { } worker
                ? await TakeAsync(context, id, worker)
                : StatusCodes.Status400BadRequest;
    }

    private async Task<int> TakeAsync(HttpContext context, Guid id, Guid worker)
    {
        if (fleet.Find(worker) is null) return StatusCodes.Status412PreconditionFailed;
        // Its body need not come: nobody would look at it.
        if (!desk.Knows(id)) return StatusCodes.Status410Gone;
        try
        {
            if (await ReadAsync(context) is { } outcome) return Deliver(id, worker, outcome);
        }
        catch (BadHttpRequestException exception)
        {
            desk.Spoilt(id, worker);
            return exception.StatusCode;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The connection broke: the worker may deliver again, or is lost.
            fleet.Failed(worker);
            return StatusCodes.Status408RequestTimeout;
        }
        desk.Spoilt(id, worker);
        return StatusCodes.Status400BadRequest;
    }

    private async Task<ConversionOutcome?> ReadAsync(HttpContext context) =>
        WorkerHeaders.Converted(context) is { } timing
            ? await ResultReader.ReadAsync(
                context.Request.Body, timing, options.Value.ResultBytesMax, context.RequestAborted)
            : null;

    private int Deliver(Guid id, Guid worker, ConversionOutcome outcome)
    {
        if (desk.Deliver(id, worker, outcome)) return StatusCodes.Status204NoContent;
        outcome.Image?.Dispose();
        return StatusCodes.Status410Gone;
    }
}
