using Millrace.Edge.Health;
using Millrace.Storage;
using Millrace.Storage.Files;
using Millrace.Storage.S3;

namespace Millrace.Roles;

/// <summary>Chooses the object store by the settings.</summary>
internal static class ObjectStores
{
    private const string KindSetting = "Storage:Kind";
    private const string BucketSetting = "Storage:S3:Bucket";
    private const string FolderSetting = "Storage:Files:Folder";

    /// <summary>
    /// Adds the store that <c>Storage:Kind</c> names, <c>s3</c> or <c>files</c>; without it S3 when there is a bucket,
    /// files when there is a folder.
    /// </summary>
    /// <remarks>A process whose store is not fit for use says so in its readiness.</remarks>
    /// <returns>False when the settings name none: the role then does without what needs one.</returns>
    /// <exception cref="InvalidDataException">The kind is none.</exception>
    public static bool Add(WebApplicationBuilder builder)
    {
        switch (KindOf(builder.Configuration))
        {
            case "s3":
                builder.Services.AddS3ObjectStore();
                AddReadiness(builder.Services);
                return true;
            case "files":
                builder.Services.AddFileObjectStore();
                return true;
            case "":
                return false;
            case var other:
                throw new InvalidDataException($"{KindSetting}: '{other}' is neither 's3' nor 'files'.");
        }
    }

    /// <summary>Whether the settings name a store.</summary>
    public static bool IsConfigured(ConfigurationManager settings) => KindOf(settings).Length > 0;

    // Files are fit from the start on, or the process does not start.
    private static void AddReadiness(IServiceCollection services) => services.AddSingleton(provider =>
    {
        var health = provider.GetRequiredService<StorageHealth>();
        return new NeededPart(() => health.Unready is { } reason ? "The object store: " + reason : null);
    });

    private static string KindOf(ConfigurationManager settings)
    {
        if (settings[KindSetting] is { Length: > 0 } kind) return kind.ToLowerInvariant();
        if (!string.IsNullOrEmpty(settings[BucketSetting])) return "s3";
        return string.IsNullOrEmpty(settings[FolderSetting]) ? "" : "files";
    }
}
