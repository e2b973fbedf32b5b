using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>Composition of the embedded ledger.</summary>
public static class SqliteLedgerServices
{
    /// <summary>
    /// Adds an <see cref="IUsageLedger"/> and its <see cref="IUsageRows"/> that open with the host; also
    /// <see cref="TimeProvider"/> unless it is there, and <see cref="LedgerHealth"/>. Options come from the section
    /// <c>Ledger:Sqlite</c>. Call it before adding what uses it: hosted services start in that order, and stop in the
    /// other.
    /// </summary>
    public static IServiceCollection AddSqliteLedger(this IServiceCollection services)
    {
        services.AddLedgerParts<SqliteLedger>();
        services.AddOptions<SqliteLedgerOptions>().BindConfiguration("Ledger:Sqlite").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SqliteLedgerOptions>, SqliteLedgerOptionsValidator>();
        services.AddSingleton<SqliteLedger>();
        services.AddHostedService(provider => provider.GetRequiredService<SqliteLedger>());
        return services;
    }
}
