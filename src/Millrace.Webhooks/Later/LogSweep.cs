using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Core.Webhooks;

namespace Millrace.Webhooks.Later;

/// <summary>
/// Deletes deliveries that have stood in the log for long; goes on where it ended. Not safe for threads.
/// </summary>
internal sealed class LogSweep(IObjectStore store, IOptions<SenderOptions> options, TimeProvider time)
{
    private ObjectKey? _after;

    /// <summary>Looks at some deliveries.</summary>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.LogKeep;
        var (seen, deleted) = (0, 0);
        await foreach (var head in store.ListAsync(WebhookKeys.Deliveries, _after, cancellationToken))
        {
            _after = head.Key;
            if (head.ModifiedAt < before)
            {
                await store.DeleteAsync(head.Key, cancellationToken);
                deleted++;
            }
            if (++seen >= options.Value.SweepMax) return deleted;
        }
        _after = null;
        return deleted;
    }
}
