using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Millrace.Storage.S3;

/// <summary>The SDK's client with what this store needs of it.</summary>
internal static class S3Client
{
    /// <summary>Makes one.</summary>
    /// <param name="options">Where the store is.</param>
    /// <param name="credentials">Null for those that the SDK finds.</param>
    public static AmazonS3Client Make(S3ObjectStoreOptions options, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.ConnectionsMax,

            // Tries are made by S3Tries alone, and each ends by its silence.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,

            // Trailing checksums are not known everywhere; the signature, or TLS, covers the content.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint) config.ServiceURL = endpoint.AbsoluteUri;
        else config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        return credentials is null ? new(config) : new(credentials, config);
    }
}
