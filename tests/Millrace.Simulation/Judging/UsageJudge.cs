using Millrace.Core.Usage;

namespace Millrace.Simulation.Judging;

/// <summary>
/// Takes what workers record of durable jobs: however often, and whichever of them tells of a job, it is the same
/// record, so that its bill counts it once.
/// </summary>
internal sealed class UsageJudge(Judge judge) : IUsageRecorder
{
    private readonly Dictionary<Guid, UsageRecord> _jobs = [];

    /// <summary>Always taken: the journal has tests of its own.</summary>
    public string? Refusing => null;

    /// <inheritdoc/>
    public bool Record(UsageRecord record)
    {
        if (_jobs.TryAdd(record.Id, record) || _jobs[record.Id] == record) return true;
        judge.Broken("usage", $"{record.Id} was recorded as {_jobs[record.Id]}, and then as {record}");
        return true;
    }
}
