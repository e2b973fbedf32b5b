using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Following;

/// <summary>
/// Reads everything into a table of its own, so that one that breaks off, or is not to be believed, changes nothing.
/// </summary>
internal sealed partial class SnapshotReading(
    IIdentityFeed feed, KnownTenants known, IOptions<IdentityOptions> options, TimeProvider time,
    ILogger<SnapshotReading> log)
{
    // Of fewer, one tenant that is deleted may be more than the share.
    private const int DoubtedFrom = 20;

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="IdentityFeedException">It broke off, took too long, or lacks most of what is known.</exception>
    public async Task<IdentityTable> ReadAsync(IdentityReader reader, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.SnapshotTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await FillAsync(reader, linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IdentityFeedException("Management did not tell everything in time.", exception);
        }
    }

    private async Task<IdentityTable> FillAsync(IdentityReader reader, CancellationToken cancellationToken)
    {
        var table = new IdentityTable();
        IdentityPage? first = null;
        var isWhole = false;
        await foreach (var page in feed.SnapshotAsync(reader, cancellationToken))
        {
            // What changes while it is read comes with the changes after the first page's head.
            first ??= page;
            isWhole = page.IsLast;
            table.Apply(page.Entries, reaches: 0);
        }
        if (!isWhole) throw new IdentityFeedException("Management broke its snapshot off.");
        Doubt(table.Count);
        table.Apply([], first!.Head);
        known.Hear(first);
        return table;
    }

    private void Doubt(long told)
    {
        if (known.Table is not { Count: >= DoubtedFrom } table) return;
        if (told >= table.Count * options.Value.SnapshotShareMin) return;
        LogDoubted(told, table.Count);
        throw new IdentityFeedException("Management's snapshot lacks most of what is known here, and is not believed.");
    }

    [LoggerMessage(10005, LogLevel.Error,
        "Management tells of {Told} plans, tenants and keys where {Known} are known: it is not believed, and what is "
        + "known is served. See that it has the right database; if it has, set Identity:SnapshotShareMin to 0 and "
        + "restart.")]
    private partial void LogDoubted(long told, long known);
}
