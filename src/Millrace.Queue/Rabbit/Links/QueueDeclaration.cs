using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>A durable queue that must be there, as it is described here and not otherwise.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its x-arguments, all of them.</param>
internal sealed record QueueDeclaration(string Name, IReadOnlyDictionary<string, object?> Arguments)
{
    private const int PreconditionFailed = 406;

    /// <summary>Makes the queue, or finds it as it should be.</summary>
    /// <exception cref="QueueDiffersException">It is there and is another; the channel is lost.</exception>
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            await channel.QueueDeclareAsync(
                Name, durable: true, exclusive: false, autoDelete: false, Arguments.ToDictionary(),
                cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException exception)
            when (exception.ShutdownReason is { ReplyCode: PreconditionFailed } reason)
        {
            throw new QueueDiffersException(Name, reason.ReplyText);
        }
    }
}

/// <summary>A queue with the name of one of ours is there, and is of another type or has other arguments.</summary>
internal sealed class QueueDiffersException(string queue, string found) : Exception(
    $"the queue '{queue}' exists and is another ({found}): let all members have equal settings, or drain and delete "
    + $"it (rabbitmqctl delete_queue {queue}), or set another QueuePrefix or VirtualHost");
