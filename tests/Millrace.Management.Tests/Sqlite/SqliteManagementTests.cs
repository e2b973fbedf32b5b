namespace Millrace.Management.Tests.Sqlite;

/// <summary>The contract, in a file.</summary>
public sealed class SqliteManagementTests : ManagementContract
{
    protected override Task<Dictionary<string, string?>> NewStoreAsync(string folder) =>
        Task.FromResult(Desk.Sqlite(folder));
}
