using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>Composition of the object store past one machine.</summary>
public static class S3StoreServices
{
    private const int IdBytes = 16;

    /// <summary>
    /// Adds an <see cref="IObjectStore"/> on S3 and the check of its bucket at the start; also
    /// <see cref="TimeProvider"/> unless it is there, and <see cref="StorageHealth"/>. Options come from the section
    /// <c>Storage:S3</c>. Call it before adding what uses it: hosted services start in that order, and stop in the
    /// other.
    /// </summary>
    public static IServiceCollection AddS3ObjectStore(this IServiceCollection services)
    {
        services.AddStorageParts();
        services.AddOptions<S3ObjectStoreOptions>().BindConfiguration("Storage:S3").ValidateOnStart();
        services.AddSingleton<IValidateOptions<S3ObjectStoreOptions>, S3ObjectStoreOptionsValidator>();
        services.AddSingleton(provider => new S3ObjectStore(
            provider.GetRequiredService<IOptions<S3ObjectStoreOptions>>(),
            provider.GetRequiredService<StorageMetrics>(), provider.GetRequiredService<TimeProvider>(),
            () => new Guid(RandomNumberGenerator.GetBytes(IdBytes)), RandomNumberGenerator.GetInt32(int.MaxValue)));
        services.AddSingleton<IObjectStore>(provider => provider.Metered(provider.GetRequiredService<S3ObjectStore>()));
        services.AddHostedService<S3Start>();
        return services;
    }
}
