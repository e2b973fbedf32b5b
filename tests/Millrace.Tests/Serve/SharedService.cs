namespace Millrace.Tests.Serve;

/// <summary>One service for many tests: what one of them does to it, the next may not notice.</summary>
public sealed class SharedService : IAsyncLifetime
{
    internal Service Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await Service.StartAsync();

    public async ValueTask DisposeAsync() => await Service.DisposeAsync();
}
