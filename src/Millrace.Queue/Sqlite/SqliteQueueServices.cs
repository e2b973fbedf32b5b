using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>Composition of the embedded queue and poison ledger.</summary>
public static class SqliteQueueServices
{
    /// <summary>
    /// Adds an <see cref="IJobQueue"/> and an <see cref="IPoisonLedger"/> that open with the host; also
    /// <see cref="PoisonRules"/>, <see cref="QueueMetrics"/> and <see cref="TimeProvider"/> unless they are there.
    /// Options come from the section <c>Queue:Sqlite</c>. Call it before adding what uses them: hosted services start
    /// in that order, and stop in the other.
    /// </summary>
    public static IServiceCollection AddSqliteQueue(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new PoisonRules());
        services.TryAddSingleton<QueueMetrics>();
        services.AddOptions<SqliteQueueOptions>().BindConfiguration("Queue:Sqlite").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SqliteQueueOptions>, SqliteQueueOptionsValidator>();
        services.AddSingleton<SqliteJobQueue>();
        services.AddSingleton<SqlitePoisonLedger>();
        services.AddSingleton<IJobQueue>(provider => provider.GetRequiredService<SqliteJobQueue>());
        services.AddSingleton<IPoisonLedger>(provider => provider.GetRequiredService<SqlitePoisonLedger>());
        services.AddHostedService(provider => provider.GetRequiredService<SqliteJobQueue>());
        services.AddHostedService(provider => provider.GetRequiredService<SqlitePoisonLedger>());
        return services;
    }
}
