namespace Millrace.Management.Tests.Sqlite;

/// <summary>The contract, in a file.</summary>
public sealed class SqliteManagementTests : ManagementContract
{
    // One machine has fewer than a region.
    protected override int Many => 20_000;

    protected override Task<Dictionary<string, string?>> NewStoreAsync(string folder) =>
        Task.FromResult(Desk.Sqlite(folder));
}
