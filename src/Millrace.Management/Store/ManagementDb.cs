using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Millrace.Management.Store;

/// <summary>The tables of management, the same in both databases. Times are Unix milliseconds.</summary>
internal abstract class ManagementDb(DbContextOptions options) : DbContext(options)
{
    private const int NameMax = 64;
    private const int TitleMax = 200;

    public DbSet<CounterRow> Counter => Set<CounterRow>();

    public DbSet<TenantRow> Tenants => Set<TenantRow>();

    public DbSet<HostRow> Hosts => Set<HostRow>();

    public DbSet<TenantPlanRow> TenantPlans => Set<TenantPlanRow>();

    public DbSet<KeyRow> Keys => Set<KeyRow>();

    public DbSet<PlanRow> Plans => Set<PlanRow>();

    public DbSet<PlanVersionRow> PlanVersions => Set<PlanVersionRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<ReaderRow> Readers => Set<ReaderRow>();

    public DbSet<OperatorTokenRow> OperatorTokens => Set<OperatorTokenRow>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<CounterRow>(row =>
        {
            row.ToTable("counter").HasKey(each => each.Id);
            row.Property(each => each.Id).ValueGeneratedNever();
            row.HasData(new CounterRow { Id = 1 });
        });
        MapTenants(modelBuilder);
        MapKeysAndPlans(modelBuilder);
        MapTheRest(modelBuilder);
    }

    private static void MapTenants(ModelBuilder model)
    {
        model.Entity<TenantRow>(row =>
        {
            row.ToTable("tenants").HasKey(each => each.Id);
            row.Property(each => each.Id).HasMaxLength(NameMax);
            row.Property(each => each.Name).HasMaxLength(TitleMax);
            row.Property(each => each.Plan).HasMaxLength(NameMax);
            row.Property(each => each.Revision).IsConcurrencyToken();
            row.HasIndex(each => each.Revision);
            row.HasIndex(each => each.DeletedAt);
        });
        model.Entity<HostRow>(row =>
        {
            row.ToTable("hosts").HasKey(each => each.Host);
            row.HasIndex(each => each.Tenant);
        });
        model.Entity<TenantPlanRow>(row =>
            row.ToTable("tenant_plans").HasKey(each => new { each.Tenant, each.Revision }));
    }

    private static void MapKeysAndPlans(ModelBuilder model)
    {
        model.Entity<KeyRow>(row =>
        {
            row.ToTable("api_keys").HasKey(each => each.Hash);
            row.HasIndex(each => each.Id).IsUnique();
            row.HasIndex(each => each.Tenant);
            row.HasIndex(each => each.Revision);
            row.Property(each => each.Id).HasMaxLength(NameMax).IsRequired();
            row.Property(each => each.Name).HasMaxLength(TitleMax);
            row.Property(each => each.Revision).IsConcurrencyToken();
        });
        model.Entity<PlanRow>(row =>
        {
            row.ToTable("plans").HasKey(each => each.Id);
            row.HasIndex(each => each.Revision);
            row.Property(each => each.Id).HasMaxLength(NameMax);
            row.Property(each => each.Revision).IsConcurrencyToken();
        });
        model.Entity<PlanVersionRow>(row =>
            row.ToTable("plan_versions").HasKey(each => new { each.Plan, each.Version }));
    }

    private static void MapTheRest(ModelBuilder model)
    {
        model.Entity<AuditRow>(row =>
        {
            row.ToTable("audit").HasKey(each => new { each.Revision, each.Part });
            row.Property(each => each.Tenant).HasMaxLength(NameMax);
            row.HasIndex(each => new { each.Subject, each.Revision });
            row.HasIndex(each => new { each.Tenant, each.Revision });
            row.HasIndex(each => new { each.Actor, each.Revision });
        });
        model.Entity<ReaderRow>(row => row.ToTable("readers").HasKey(each => each.Id));
        model.Entity<OperatorTokenRow>(row => row.ToTable("operator_tokens").HasKey(each => each.Hash));
    }
}

/// <summary>Times as both databases compare them alike.</summary>
internal sealed class MillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
    time => time.ToUnixTimeMilliseconds(), milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
