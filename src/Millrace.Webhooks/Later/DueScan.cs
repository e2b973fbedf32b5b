using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Core.Webhooks;

namespace Millrace.Webhooks.Later;

/// <summary>
/// Turns tries whose time has come into tickets. Any number of senders may do so at once: two tickets of one message
/// are one message, sent twice at worst. A try is deleted after its ticket is stored, so a crash between doubles it and
/// never loses it.
/// </summary>
internal sealed partial class DueScan(
    IObjectStore store, WebhookObjects objects, TicketWriter tickets, IOptions<SenderOptions> options,
    TimeProvider time, ILogger<DueScan> logger)
{
    /// <summary>Looks once.</summary>
    /// <returns>Tries that were taken up.</returns>
    /// <exception cref="IOException">Store or queue cannot; what was not taken up stands where it stood.</exception>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        var taken = 0;
        await foreach (var head in store.ListAsync(WebhookKeys.Due, after: null, cancellationToken))
        {
            // They come in the order of their times.
            if (WebhookKeys.TimeOf(head.Key) is { } at && at > time.GetUtcNow()) break;
            if (!await TakeAsync(head.Key, cancellationToken) || ++taken >= options.Value.LookMax) break;
        }
        return taken;
    }

    /// <returns>False when the queue has no room.</returns>
    private async Task<bool> TakeAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await objects.DueAsync(key, cancellationToken) is { } due)
        {
            if (!await tickets.TryWriteAsync(due, cancellationToken)) return false;
            await store.DeleteAsync(key, cancellationToken);
        }
        else if (await store.HeadAsync(key, cancellationToken) is not null)
        {
            LogBroken(key);
            await objects.PutAsideAsync(key, cancellationToken);
        }
        return true;
    }

    [LoggerMessage(6030, LogLevel.Error,
        "The try to come '{Key}' cannot be read; it is put aside under webhooks/broken/")]
    private partial void LogBroken(ObjectKey key);
}
