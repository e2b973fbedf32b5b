namespace Millrace.Management.Tests.Postgres;

/// <summary>The contract, in PostgreSQL.</summary>
[Collection(nameof(PostgresTests))]
public sealed class PostgresManagementTests(SharedPostgres postgres) : ManagementContract
{
    protected override async Task<Dictionary<string, string?>> NewStoreAsync(string folder) =>
        Desk.Postgres(folder, await postgres.NewDatabaseAsync());
}
