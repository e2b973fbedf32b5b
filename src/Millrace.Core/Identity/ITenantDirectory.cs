namespace Millrace.Core.Identity;

/// <summary>
/// What a process that follows management knows of a tenant beside its keys. Safe for any number of threads.
/// </summary>
public interface ITenantDirectory
{
    /// <summary>
    /// How long ago all that management had was here; null while that is not so: what is not found may only not be told
    /// of yet.
    /// </summary>
    TimeSpan? WholeAge { get; }

    /// <summary>What a tenant has; null when it has none of it, is deleted, or is not known.</summary>
    TenantExtras? ExtrasOf(string tenant);
}
