using System.Runtime.CompilerServices;
using Millrace.Core.Identity;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Ports;

/// <summary>Management's feed as one edge reads it.</summary>
internal sealed class SimFeed(SimManagement management, Wire wire, SimProcess process) : IIdentityFeed
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<IdentityPage> SnapshotAsync(
        IdentityReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = await CallAsync(
            "a snapshot", () => management.SnapshotAsync(reader.Id), Patience, cancellationToken);
        foreach (var page in pages)
        {
            await Task.Delay(wire.Weather.Delay(), process.Time, cancellationToken);
            if (wire.Weather.Loses()) throw new IdentityFeedException("It broke off.");
            yield return page;
        }
    }

    public async ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken) =>
        await CallAsync(
            "changes", () => management.ChangesAsync(reader.Id, after, wait), wait + Patience, cancellationToken);

    public async ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken) =>
        await CallAsync("a key", () => management.FindKeyAsync(hash), Patience, cancellationToken);

    public async ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken) =>
        await CallAsync("a digest", management.DigestAsync, Patience, cancellationToken);

    private async Task<T> CallAsync<T>(
        string step, Func<Task<T>> serve, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await wire.CallAsync(process, management.Process, step, serve, patience, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new IdentityFeedException(exception.Message, exception);
        }
    }
}
