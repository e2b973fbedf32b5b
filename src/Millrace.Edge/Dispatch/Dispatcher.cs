using Microsoft.Extensions.Logging;
using Millrace.Core.Conversions;
using Millrace.Core.Poison;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// The <see cref="ConvertOrder"/> of an edge with a queue: asks the ledger, waits at the first-sight gate, sends a
/// ticket out and keeps the bytes until a worker has brought the outcome.
/// </summary>
internal sealed partial class Dispatcher(
    FirstSightGate gate, DispatchParts parts, ILogger<Dispatcher> log)
{
    /// <summary>Converts one image, by whichever worker.</summary>
    /// <param name="order">What to do.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<ConversionOutcome> ConvertAsync(ConversionOrder order, CancellationToken cancellationToken)
    {
        if (parts.Poison.Judge(order) == PoisonVerdict.Quarantined) return Quarantined();
        var arrivedAt = parts.Time.GetTimestamp();
        var entering = gate.EnterAsync(order.ContentHash, order.Id, cancellationToken);
        if (!entering.IsCompleted) parts.Metrics.WaitedAtGate();
        if (await entering is not { } seat) return Refused(ConversionFailure.QueueFull);
        var waited = parts.Time.GetElapsedTime(arrivedAt);
        var verdict = parts.Poison.Judge(order);
        if (verdict == PoisonVerdict.Quarantined)
        {
            // Nothing went out: whoever waits behind is asked the same question.
            seat.End(FirstSightEnd.Unknown);
            return Quarantined();
        }
        var outcome = await SendAsync(order, seat, waited, verdict, cancellationToken);
        return outcome with { Timing = outcome.Timing with { Queued = outcome.Timing.Queued + waited } };
    }

    private async Task<ConversionOutcome> SendAsync(
        ConversionOrder order, GateSeat seat, TimeSpan waited, PoisonVerdict verdict,
        CancellationToken cancellationToken)
    {
        // It lives on for a while when a worker still has it, and disposes of itself.
        var conversion = new OpenConversion(order with { Remaining = order.Remaining - waited }, seat, parts);
        var outcome = await conversion.RunAsync(verdict == PoisonVerdict.Clear ? 0 : 1, cancellationToken);
        if (outcome.Failure == ConversionFailure.QueueUnavailable) LogUnavailable(order.Id, Cells());
        return outcome;
    }

    private ConversionOutcome Quarantined()
    {
        parts.Metrics.RefusedQuarantined();
        return Refused(ConversionFailure.Quarantined);
    }

    private static ConversionOutcome Refused(ConversionFailure failure) =>
        ConversionOutcome.Of(failure, Reasons.Of(failure));

    private string Cells() => string.Join("; ", parts.Queue.Health.Where(cell => !cell.IsHealthy)
        .Select(cell => $"cell {cell.Cell}: {cell.Reason}"));

    [LoggerMessage(3035, LogLevel.Warning, "The queue took no ticket in time, job {Job}; unhealthy: {Cells}.")]
    private partial void LogUnavailable(Guid job, string cells);
}
