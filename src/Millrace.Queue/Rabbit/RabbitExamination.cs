using Microsoft.Extensions.Options;
using Millrace.Queue.Rabbit.Links;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit;

/// <summary>Looks at each node and queue of a region once, as an operator who asks what is wrong.</summary>
/// <param name="options">Nodes and queues.</param>
public sealed class RabbitExamination(IOptions<RabbitQueueOptions> options)
{
    private const string Purpose = "millrace doctor";

    /// <summary>Looks at every node: whether it lets a member in, and what it is.</summary>
    public async Task<IReadOnlyList<NodeFinding>> NodesAsync(CancellationToken cancellationToken)
    {
        var findings = new List<NodeFinding>();
        foreach (var uri in options.Value.Nodes)
        {
            var node = new NodeAddress(uri, options.Value);
            try
            {
                await using var connection = await node.ConnectAsync(Purpose, cancellationToken);
                findings.Add(new(node.Name, null, Told(connection, "product") + " " + Told(connection, "version")));
            }
            catch (Exception exception) when (IsNodes(exception, cancellationToken))
            {
                findings.Add(new(node.Name, NodeAddress.Describe(exception), ""));
            }
        }
        return findings;
    }

    /// <summary>
    /// Declares every queue as members do, at the first node that lets it: one that is there with another type or other
    /// settings says so, one that is missing is made.
    /// </summary>
    /// <returns>How many are as they should be, and of each other a sentence.</returns>
    public async Task<(int Fit, IReadOnlyList<string> Misfits)> QueuesAsync(CancellationToken cancellationToken)
    {
        foreach (var uri in options.Value.Nodes)
        {
            var node = new NodeAddress(uri, options.Value);
            try
            {
                await using var connection = await node.ConnectAsync(Purpose, cancellationToken);
                return await DeclareAsync(connection, cancellationToken);
            }
            catch (Exception exception) when (IsNodes(exception, cancellationToken))
            {
                // The nodes' own finding tells of it; the next one is asked.
            }
        }
        return (0, ["No node can be asked."]);
    }

    private async Task<(int Fit, IReadOnlyList<string> Misfits)> DeclareAsync(
        IConnection connection, CancellationToken cancellationToken)
    {
        var (fit, misfits) = (0, new List<string>());
        foreach (var queue in new RabbitTopology(options.Value).Queues)
        {
            // A refusal closes the channel.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                await queue.DeclareAsync(channel, cancellationToken);
                fit++;
            }
            catch (QueueDiffersException exception)
            {
                misfits.Add(exception.Message);
            }
            catch (OperationInterruptedException exception)
            {
                misfits.Add($"the queue '{queue.Name}': {exception.ShutdownReason?.ReplyText ?? exception.Message}");
            }
        }
        return (fit, misfits);
    }

    private static string Told(IConnection connection, string property) =>
        connection.ServerProperties?.TryGetValue(property, out var value) == true && value is byte[] text
            ? System.Text.Encoding.UTF8.GetString(text)
            : "";

    private static bool IsNodes(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or TimeoutException or RabbitMQClientException
            or System.Security.Cryptography.CryptographicException
            or System.Security.Authentication.AuthenticationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}

/// <summary>What was seen of a node.</summary>
/// <param name="Node"><c>host:port</c>.</param>
/// <param name="Trouble">Why it cannot be used, without secrets; null when it can.</param>
/// <param name="Server">What it says it is.</param>
public sealed record NodeFinding(string Node, string? Trouble, string Server);
