using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Management.Audit;
using Millrace.Management.Keys;
using Millrace.Management.Plans;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

/// <summary>Management over one database, as a process has it.</summary>
public sealed class Desk : IAsyncDisposable
{
    public const string Actor = "tests";

    private readonly ServiceProvider _services;

    private Desk(ServiceProvider services) => _services = services;

    public PlanBook Plans => _services.GetRequiredService<PlanBook>();

    public TenantBook Tenants => _services.GetRequiredService<TenantBook>();

    public PlanChoices Choices => _services.GetRequiredService<PlanChoices>();

    public KeyBook Keys => _services.GetRequiredService<KeyBook>();

    public ExtrasBook Extras => _services.GetRequiredService<ExtrasBook>();

    public AuditReader Audit => _services.GetRequiredService<AuditReader>();

    public IIdentityFeed Feed => _services.GetRequiredService<IIdentityFeed>();

    internal DatabaseDoor Door => _services.GetRequiredService<DatabaseDoor>();

    internal Millrace.Management.Feed.Housekeeping Housekeeping =>
        _services.GetRequiredService<Millrace.Management.Feed.Housekeeping>();

    /// <summary>Opens it, and the database with it.</summary>
    /// <param name="settings">Where the database is, and what else differs from the defaults.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="watchers">Who sees each statement, and may do harm.</param>
    public static async Task<Desk> OpenAsync(
        Dictionary<string, string?> settings, TimeProvider? time = null, params IInterceptor[] watchers)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging();
        services.AddManagementStore();
        if (time is not null) services.AddSingleton(time);
        foreach (var watcher in watchers) services.AddSingleton(watcher);
        var desk = new Desk(services.BuildServiceProvider());
        await desk._services.GetRequiredService<StoreOpening>().RunAsync(TestContext.Current.CancellationToken);
        return desk;
    }

    public static Dictionary<string, string?> Sqlite(string folder) => new()
    {
        ["Management:Store:File"] = Path.Combine(folder, "management.db"),
        ["Management:Store:SealFile"] = Path.Combine(folder, "management.seal"),
        ["Management:Store:ClockRest"] = "00:00:00",
    };

    public static Dictionary<string, string?> Postgres(string folder, string connection) => new()
    {
        ["Management:Store:Postgres"] = connection,
        ["Management:Store:SealFile"] = Path.Combine(folder, "management.seal"),
        ["Management:Store:ClockRest"] = "00:00:00",
    };

    public static PlanTerms Terms(double requestsPerSecond = 10) => new()
    {
        Currency = "EUR",
        Limits = new TenantLimits
        {
            RequestsPerSecond = requestsPerSecond,
            Burst = 20,
            InFlight = 10,
            JobsOpen = 100,
            BytesMax = 10_000_000,
            PixelsMax = 50_000_000,
            Lanes = [Lane.Interactive, Lane.Heavy, Lane.Bulk],
            Retention = TimeSpan.FromDays(1),
        },
    };

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();
}
