using System.Globalization;
using Millrace.Region.Running;
using Millrace.Region.Watch;

namespace Millrace.Drills.Running;

/// <summary>How many tickets wait in the queue, as the first worker that answers has last seen it.</summary>
internal sealed class QueueDepth : IDisposable
{
    private const string Name = "millrace_queue_depth";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly HttpClient _client = new() { Timeout = Patience };

    /// <summary>For people: a number, or that no worker says one.</summary>
    public async Task<string> TellAsync(IReadOnlyList<RoleProcess> workers)
    {
        var metrics = new Metrics(_client);
        foreach (var worker in workers)
        {
            try
            {
                var depth = await metrics.SumAsync(
                    [worker.Start.Address], Name, _ => true, CancellationToken.None);
                return depth.ToString("0", CultureInfo.InvariantCulture);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // It is the one that the fault hit.
            }
        }
        return "unknown";
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
