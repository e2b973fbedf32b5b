using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Tickets;

namespace Millrace.Worker.Leases;

/// <summary>
/// Calls to edges, timed, and tried again where that helps: a fetch once and at once, a delivery for as long as the
/// caller waits.
/// </summary>
internal sealed partial class EdgeCalls(
    IEdgeLink link, LeaseMetrics metrics, Jitter jitter, TimeProvider time, ILogger<EdgeCalls> logger)
{
    private const int FetchTriesMax = 2;
    private const int DeliverTriesMax = 20;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(1);

    /// <summary>Claims a ticket and gets its bytes.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the claim is given up.</exception>
    public async Task<Fetch> FetchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new Fetch(await FetchOnceAsync(ticket, cancellationToken), IsHopeless: false);
            }
            catch (IOException exception) when (tries < FetchTriesMax)
            {
                LogFetchAgain(ticket.Source, exception.Message);
            }
            catch (IOException exception)
            {
                LogUnreachable(ticket.Source, exception.Message);
                return new Fetch(null, WasRefused(exception));
            }
        }
    }

    /// <summary>Gives an outcome to whoever waits.</summary>
    /// <param name="ticket">Whose.</param>
    /// <param name="outcome">Stays the caller's.</param>
    /// <param name="deadline">Nobody waits any more.</param>
    /// <returns>False when nobody waits, or the edge could not be reached while somebody did.</returns>
    public async Task<bool> DeliverAsync(Ticket ticket, ConversionOutcome outcome, CancellationToken deadline)
    {
        var start = time.GetTimestamp();
        var backoff = FirstBackoff;
        for (var tries = 1; tries <= DeliverTriesMax; tries++)
        {
            try
            {
                var taken = await link.DeliverAsync(ticket, outcome, deadline);
                metrics.Delivered(time.GetElapsedTime(start));
                return taken;
            }
            catch (IOException exception)
            {
                LogDeliverAgain(ticket.Source, exception.Message);
            }
            await Task.Delay(jitter.Of(backoff), time, deadline);
            backoff = backoff * 2 < LastBackoff ? backoff * 2 : LastBackoff;
        }
        return false;
    }

    /// <summary>Gives a claim up, if there is one.</summary>
    public ValueTask GiveUpAsync(Ticket ticket) => link.GiveUpAsync(ticket);

    /// <summary>Whether nobody listens where the edge was.</summary>
    public static bool WasRefused(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return true;
        }
        return false;
    }

    private async Task<Fetched> FetchOnceAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var fetched = await link.FetchAsync(ticket, cancellationToken);
        if (fetched.Answer == FetchAnswer.Granted) metrics.Fetched(time.GetElapsedTime(start));
        return fetched;
    }

    [LoggerMessage(2014, LogLevel.Debug, "The edge {Edge} is asked for bytes once more: {Reason}")]
    private partial void LogFetchAgain(string edge, string reason);

    [LoggerMessage(2015, LogLevel.Information, "The edge {Edge} cannot be reached for its bytes: {Reason}")]
    private partial void LogUnreachable(string edge, string reason);

    [LoggerMessage(2016, LogLevel.Debug, "The edge {Edge} is given its result once more: {Reason}")]
    private partial void LogDeliverAgain(string edge, string reason);
}

/// <summary>What came of a fetch.</summary>
/// <param name="Fetched">The edge's answer; null when it could not be reached.</param>
/// <param name="IsHopeless">Whether nobody listens where the edge was.</param>
internal readonly record struct Fetch(Fetched? Fetched, bool IsHopeless);
