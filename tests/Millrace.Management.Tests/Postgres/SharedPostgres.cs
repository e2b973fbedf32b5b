using System.Security.Cryptography;
using Millrace.Engines.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(Millrace.Management.Tests.Postgres.SharedPostgres))]

namespace Millrace.Management.Tests.Postgres;

/// <summary>
/// The server that all tests of this assembly share, started by the first that asks; each test has a database of its own.
/// </summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _folder = MakeFolder();
    private Task<PostgresServer>? _server;

    /// <summary>The server, running: tests that harm it mend it.</summary>
    public Task<PostgresServer> ServerAsync()
    {
        lock (_lock) return _server ??= PostgresServer.StartAsync(_folder, CancellationToken.None);
    }

    /// <summary>What connects to a new and empty database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var server = await ServerAsync();
        var name = "d" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the name is of hexadecimal digits
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return server.ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await (await _server).DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // The server's account must get there.
    private static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-postgres-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode enter = UnixFileMode.OtherExecute | UnixFileMode.GroupExecute;
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | enter);
        }
        return folder;
    }
}

/// <summary>Tests that share the server run one after the other: some of them kill it.</summary>
[CollectionDefinition(nameof(PostgresTests))]
public sealed class PostgresTests;
