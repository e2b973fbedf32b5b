using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>Composition of the ledger past one machine.</summary>
public static class DynamoLedgerServices
{
    /// <summary>
    /// Adds an <see cref="IUsageLedger"/> and its <see cref="IUsageRows"/> on the DynamoDB API, and the check of its
    /// table at the start; also <see cref="TimeProvider"/> unless it is there, and <see cref="LedgerHealth"/>. Options
    /// come from the section <c>Ledger:Dynamo</c>. Call it before adding what uses it.
    /// </summary>
    public static IServiceCollection AddDynamoLedger(this IServiceCollection services)
    {
        services.AddLedgerParts<DynamoLedger>();
        services.AddOptions<DynamoLedgerOptions>().BindConfiguration("Ledger:Dynamo").ValidateOnStart();
        services.AddSingleton<IValidateOptions<DynamoLedgerOptions>, DynamoLedgerOptionsValidator>();
        services.AddSingleton(provider => new DynamoLedger(
            provider.GetRequiredService<IOptions<DynamoLedgerOptions>>(),
            provider.GetRequiredService<LedgerMetrics>(), provider.GetRequiredService<TimeProvider>(),
            RandomNumberGenerator.GetInt32(int.MaxValue)));
        services.AddHostedService<DynamoStart>();
        return services;
    }
}
