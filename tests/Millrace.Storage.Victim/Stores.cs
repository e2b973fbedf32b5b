using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Storage.Files;
using Millrace.Storage.S3;

namespace Millrace.Storage.Victim;

/// <summary>Opens the store that the command line names.</summary>
internal static class Stores
{
    public static IObjectStore Open(string[] arguments) => arguments switch
    {
        ["files", var folder, var namesMax] => new FileObjectStore(
            Options.Create(new FileObjectStoreOptions
            {
                Folder = folder,
                FolderNamesMax = int.Parse(namesMax, CultureInfo.InvariantCulture),
                FreeBytesMin = 0,
            }),
            TimeProvider.System, NewId),
        ["s3", var endpoint, var bucket, var prefix] => new S3ObjectStore(
            Options.Create(new S3ObjectStoreOptions
            {
                Endpoint = new(endpoint),
                Bucket = bucket,
                Prefix = prefix,

                // The test that starts it has probed the store.
                AllowRacingCreates = true,
            }),
            new StorageMetrics(new NoMeters()), TimeProvider.System, NewId,
            RandomNumberGenerator.GetInt32(int.MaxValue)),
        _ => throw new ArgumentException($"'{string.Join(' ', arguments)}' is no store.", nameof(arguments)),
    };

    private static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    /// <summary>Meters that nobody listens to, without the time that a container takes to start.</summary>
    private sealed class NoMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
