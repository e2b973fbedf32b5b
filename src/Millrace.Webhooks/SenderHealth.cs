using Millrace.Core.Tickets;

namespace Millrace.Webhooks;

/// <summary>Whether this sender gets messages to send. Safe for any number of threads.</summary>
/// <param name="queue">Where they come from.</param>
public sealed class SenderHealth(IJobQueue queue)
{
    private volatile string? _broken = "It has not begun to take messages.";

    /// <summary>Null while all is well; otherwise one sentence on what is not.</summary>
    public string? Unready
    {
        get
        {
            if (_broken is { } broken) return broken;
            var cells = queue.Health;
            return cells.Count > 0 && cells.All(cell => !cell.IsHealthy)
                ? $"No cell of the queue can be reached: {cells[0].Reason}"
                : null;
        }
    }

    internal void Streams() => _broken = null;

    internal void Broken(string reason) => _broken = reason;
}
