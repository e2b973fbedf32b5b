using Millrace.Core.Usage;

namespace Millrace.Bench.Identity;

/// <summary>Records nothing: what an edge costs without.</summary>
internal sealed class NoUsage : IUsageRecorder
{
    /// <inheritdoc/>
    public string? Refusing => null;

    /// <inheritdoc/>
    public bool Record(UsageRecord record) => true;
}
