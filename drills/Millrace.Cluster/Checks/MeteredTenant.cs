using Millrace.Region.Bills;

namespace Millrace.Cluster.Checks;

/// <summary>A tenant with its own count of what it was given.</summary>
/// <param name="Id">As management has it.</param>
/// <param name="Key">Its API key.</param>
internal sealed record MeteredTenant(string Id, string Key)
{
    public OwnCount Count { get; } = new();
}
