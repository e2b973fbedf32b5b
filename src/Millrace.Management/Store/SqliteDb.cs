using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Millrace.Management.Store;

/// <summary>Of one process, in a file.</summary>
internal sealed class SqliteDb(DbContextOptions<SqliteDb> options) : ManagementDb(options);

/// <summary>Of any number of replicas.</summary>
internal sealed class PostgresDb(DbContextOptions<PostgresDb> options) : ManagementDb(options);

/// <summary>For the tool that writes migrations, which never connects.</summary>
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteDb>
{
    /// <inheritdoc/>
    public SqliteDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite("Data Source=design.db").Options);
}

/// <summary>For the tool that writes migrations, which never connects.</summary>
internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresDb>
{
    /// <inheritdoc/>
    public PostgresDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql("Host=design").Options);
}
