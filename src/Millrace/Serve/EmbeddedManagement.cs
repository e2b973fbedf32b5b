using Millrace.Core.Identity;
using Millrace.Manage;
using Millrace.Management;
using Millrace.Roles;

namespace Millrace.Serve;

/// <summary>
/// Management in the same process: the same code as <c>millrace manage</c>, on a listener of its own on loopback, for
/// whom the folder's secret is known to. It starts before whoever asks it, and stops after.
/// </summary>
internal sealed class EmbeddedManagement : IAsyncDisposable
{
    private const string Urls = "http://127.0.0.1:0";
    private readonly WebApplication _app;

    private EmbeddedManagement(WebApplication app) => _app = app;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>What edges follow; here a method call.</summary>
    public IIdentityFeed Feed => Services.GetRequiredService<IIdentityFeed>();

    /// <summary>The key of the first tenant, when this start has made it: to be shown, once.</summary>
    public string? FirstKey { get; private init; }

    /// <summary>Opens the database, listens, and makes the first tenant where there is none.</summary>
    /// <exception cref="InvalidDataException">Its settings cannot be used; the message says which.</exception>
    public static async Task<EmbeddedManagement> StartAsync(
        ServeArguments arguments, DataFolder folder, CancellationToken cancellationToken)
    {
        var builder = ManagementHost.Compose(Urls, folder.SettingsPath, FromFolder(folder), arguments.JsonLog);
        builder.Services.AddSingleton<IHostLifetime, OutersLifetime>();
        if (Settings.Failures(builder.Services) is { Count: > 0 } failures)
            throw new InvalidDataException(string.Join(' ', failures));
        var app = builder.Build();
        try
        {
            app.MapManagement();
            await app.StartAsync(cancellationToken);
            var key = await Seeding.RunAsync(app.Services, cancellationToken);
            folder.TellManagement(RoleHost.Addresses(app).First());
            return new EmbeddedManagement(app) { FirstKey = key };
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Dictionary<string, string?> FromFolder(DataFolder folder)
    {
        Directory.CreateDirectory(folder.ManagementPath);
        return new()
        {
            ["Management:Store:File"] = Path.Combine(folder.ManagementPath, "management.db"),
            ["Management:Store:SealFile"] = Path.Combine(folder.ManagementPath, "management.seal"),
            ["Management:Callers:OwnerFile"] = folder.SecretPath,
        };
    }

    /// <summary>Hears no signals: its end is the outer host's to say.</summary>
    private sealed class OutersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
