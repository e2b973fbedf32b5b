using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Following;

/// <summary>Reads everything into a table of its own, so that one that breaks off changes nothing.</summary>
internal sealed class SnapshotReading(
    IIdentityFeed feed, KnownTenants known, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="IdentityFeedException">It broke off, or took too long.</exception>
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
        table.Apply([], first!.Head);
        known.Hear(first);
        return table;
    }
}
