using Amazon;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace Millrace.Ledger.Dynamo;

/// <summary>The SDK's client with what this ledger needs of it.</summary>
internal static class DynamoClient
{
    /// <summary>Makes one.</summary>
    /// <param name="options">Where the store is.</param>
    /// <param name="credentials">Null for those that the SDK finds.</param>
    public static AmazonDynamoDBClient Make(DynamoLedgerOptions options, AWSCredentials? credentials)
    {
        var config = new AmazonDynamoDBConfig
        {
            AuthenticationRegion = options.Region,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.ConnectionsMax,

            // Tries are made by DynamoTries alone, which ends each.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        if (options.Endpoint is { } endpoint) config.ServiceURL = endpoint.AbsoluteUri;
        else config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        return credentials is null ? new(config) : new(credentials, config);
    }
}
