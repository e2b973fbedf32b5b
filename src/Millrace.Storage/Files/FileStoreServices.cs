using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Composition of the object store of one machine.</summary>
public static class FileStoreServices
{
    private const int IdBytes = 16;

    /// <summary>
    /// Adds an <see cref="IObjectStore"/> that keeps files, and the sweep of its temporary files; also
    /// <see cref="TimeProvider"/> unless it is there. Options come from the section <c>Storage:Files</c>. Call it
    /// before adding what uses it: hosted services start in that order, and stop in the other.
    /// </summary>
    public static IServiceCollection AddFileObjectStore(this IServiceCollection services)
    {
        services.AddStorageParts();
        services.AddOptions<FileObjectStoreOptions>().BindConfiguration("Storage:Files").ValidateOnStart();
        services.AddSingleton<IValidateOptions<FileObjectStoreOptions>, FileObjectStoreOptionsValidator>();
        services.AddSingleton(provider => new FileObjectStore(
            provider.GetRequiredService<IOptions<FileObjectStoreOptions>>(),
            provider.GetRequiredService<TimeProvider>(), NewId));
        services.AddSingleton<IObjectStore>(
            provider => provider.Metered(provider.GetRequiredService<FileObjectStore>()));
        services.AddHostedService<TemporaryFileSweep>();
        return services;
    }

    private static Guid NewId() => new(RandomNumberGenerator.GetBytes(IdBytes));
}
