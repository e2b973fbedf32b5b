using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.Options;
using Millrace.Engines;
using Millrace.Engines.Dynalite;
using Millrace.Ledger.Dynamo;

[assembly: AssemblyFixture(typeof(Millrace.Ledger.Tests.Dynamo.SharedDynalite))]

namespace Millrace.Ledger.Tests.Dynamo;

/// <summary>The one server that all tests of this assembly share, started by the first that asks.</summary>
public sealed class SharedDynalite : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-dynalite-").FullName;
    private Task<DynaliteServer>? _server;
    private int _tables;

    public static AWSCredentials Credentials { get; } =
        new BasicAWSCredentials(DynaliteServer.AccessKey, DynaliteServer.SecretKey);

    /// <summary>The server, up: tests that harm it mend it.</summary>
    public Task<DynaliteServer> ServerAsync()
    {
        lock (_lock) return _server ??= DynaliteServer.StartAsync(_folder, EngineHost.Loopback);
    }

    /// <summary>Options of a ledger in a table of its own, with pages so small that there are many.</summary>
    public async Task<DynamoLedgerOptions> OptionsAsync() => new()
    {
        Endpoint = (await ServerAsync()).Endpoint,
        Table = $"usage-{Interlocked.Increment(ref _tables)}",
        PageItems = 7,
        RetryDelay = TimeSpan.FromMilliseconds(5),
        ProbeInterval = TimeSpan.FromMilliseconds(20),
    };

    public static DynamoLedger Open(DynamoLedgerOptions options) =>
        new(Options.Create(options), Parts.Metrics(), TimeProvider.System, seed: 1, Credentials);

    /// <summary>A client of the tests' own.</summary>
    public async Task<AmazonDynamoDBClient> ClientAsync() => new(
        Credentials, new AmazonDynamoDBConfig { ServiceURL = (await ServerAsync()).Endpoint.AbsoluteUri });

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await (await _server).DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
