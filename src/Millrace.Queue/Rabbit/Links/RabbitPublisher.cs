using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// Brings a message into a queue: on one node, and on another when the confirm is late or the node is lost. The same
/// message may so be stored twice.
/// </summary>
internal sealed class RabbitPublisher(RabbitBroker broker, RabbitQueueOptions options, TimeProvider time)
{
    // Each further wait for a confirm is twice as long, up to this: a long outage does not fill queues with copies.
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>True once it is stored; false, and not stored, when queue or broker is full.</summary>
    /// <param name="publication">The message.</param>
    /// <param name="lane">
    /// Its queue: told when a confirm did not come in time, and asked whether a refusal means that it is full. Null: no
    /// lane's queue, and every refusal counts.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, as its only limit; it may be stored all the same.</param>
    public async Task<bool> PublishAsync(
        Publication publication, LanePulse? lane, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAllAsync(publication, lane, cancellationToken);
        }
        finally
        {
            publication.Over();
        }
    }

    private async Task<bool> TryAllAsync(
        Publication publication, LanePulse? lane, CancellationToken cancellationToken)
    {
        var (wait, mayBeStored) = (options.ConfirmTimeout, false);
        NodeSession? node = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            node = broker.ToPublish(publication.Queue, publication.Home, not: node);
            if (mayBeStored && node is not null) broker.Metrics.Republished();
            var (end, isLate) = await TryAsync(publication, node, lane, wait, cancellationToken);
            if (Verdict(end, mayBeStored, lane) is { } verdict) return verdict;
            mayBeStored |= end == PublishEnd.Unknown;
            if (isLate) wait = wait * 2 < WaitMax ? wait * 2 : WaitMax;
            if (end == PublishEnd.Unrouted) await DeclareAsync(publication, node!, cancellationToken);
            if (end != PublishEnd.Unknown) await broker.WaitForChangeAsync(LookAgain, cancellationToken);
        }
    }

    // A refusal is told only while no earlier try may still store it: who is refused must be able to rely on that.
    private static bool? Verdict(PublishEnd end, bool mayBeStored, LanePulse? lane) => end switch
    {
        PublishEnd.Stored => true,
        PublishEnd.Crowded when !mayBeStored => false,
        PublishEnd.Refused when !mayBeStored && lane is not { IsFull: false } => false,
        _ => null,
    };

    private async Task<(PublishEnd End, bool IsLate)> TryAsync(
        Publication publication, NodeSession? node, LanePulse? lane, TimeSpan wait,
        CancellationToken cancellationToken)
    {
        var next = publication.Next();
        if (node is null) return (broker.IsBlocked ? PublishEnd.Crowded : Unless(next, PublishEnd.Unsent), false);
        if (!node.TryWrite(next)) return (Unless(next, PublishEnd.Crowded), false);
        try
        {
            return (await next.End.WaitAsync(wait, time, cancellationToken), false);
        }
        catch (TimeoutException) when (!broker.HasPromptNode(publication.Queue))
        {
            // Not this node is late but the queue: what was written is stored when it has a leader, and each further
            // copy would be too.
            lane?.Late();
            return await EndAsync(next, wait * 2, cancellationToken);
        }
        catch (TimeoutException)
        {
            lane?.Late();
            return (PublishEnd.Unknown, true);
        }
    }

    private async Task<(PublishEnd End, bool IsLate)> EndAsync(
        PublishTry written, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return (await written.End.WaitAsync(wait, time, cancellationToken), false);
        }
        catch (TimeoutException)
        {
            return (PublishEnd.Unknown, true);
        }
    }

    // An earlier try may have stored it meanwhile.
    private static PublishEnd Unless(PublishTry next, PublishEnd end) =>
        next.End.IsCompleted ? PublishEnd.Stored : end;

    private async Task DeclareAsync(Publication publication, NodeSession node, CancellationToken cancellationToken)
    {
        try
        {
            await broker.DeclareAgainAsync(publication.Queue, node, cancellationToken);
        }
        catch (Exception exception) when (exception
            is RabbitMQClientException or QueueDiffersException or TimeoutException or IOException)
        {
            // The next try says whether it matters.
        }
    }
}
