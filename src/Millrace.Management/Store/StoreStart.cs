using Microsoft.Extensions.Hosting;

namespace Millrace.Management.Store;

/// <summary>Opens the database before anything is served. Hosted services that need it come after this one.</summary>
internal sealed class StoreStart(StoreOpening opening) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => opening.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
