using Millrace.Identity.Following;

namespace Millrace.Serve;

/// <summary>
/// Has a server say that it is ready only when it knows its tenants: whoever sends the first request as the ready line
/// says is not told to come again.
/// </summary>
internal sealed class FirstTable(KnownTenants known, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        // When it takes longer, readiness says why, as it does in a region.
        while (known.Table is null && time.GetElapsedTime(start) < Patience)
            await Task.Delay(Interval, time, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
