using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Contracts.Usage;

/// <summary>Makes batches and what is in them.</summary>
public static class Batches
{
    public static UsageBatch Of(
        string recorder, long epoch, IReadOnlyList<UsageSum> sums, IReadOnlyList<UsageRecord>? jobs = null) => new()
        {
            Recorder = recorder,
            Epoch = epoch,
            First = 1,
            Last = 1_000,
            Hash = new string('0', 64),
            Reaches = DateTimeOffset.UnixEpoch,
            Sums = sums,
            Jobs = jobs ?? [],
        };

    public static UsageSum Sum(
        string tenant, DateTimeOffset minute, long answers, Lane lane = Lane.Interactive,
        UsageClass kind = UsageClass.Standard) => new()
        {
            Tenant = tenant,
            Minute = minute,
            Lane = lane,
            Class = kind,
            Answers = answers,
            Billable = answers / 2,
            BytesIn = answers * 1_000,
            BytesOut = answers * 100,
            Pixels = answers * 1_000_000,
        };

    public static UsageRecord Job(string tenant, DateTimeOffset at, int number, int results = 1) => new()
    {
        Id = new Guid(number, 0, 0, new byte[8]),
        Tenant = tenant,
        At = at,
        Lane = Lane.Bulk,
        Class = UsageClass.Standard,
        BytesIn = 1_000,
        BytesOut = 100 * results,
        Pixels = 1_000_000,
        Results = results,
        Status = results > 0 ? 200 : 422,
        Duration = TimeSpan.FromSeconds(1),
        IsBillable = results > 0,
    };

    /// <summary>What a job comes to.</summary>
    public static UsageSum SumOf(UsageRecord job) => new()
    {
        Tenant = job.Tenant,
        Minute = UsagePeriods.Floor(job.At, TimeSpan.FromMinutes(1)),
        Lane = job.Lane,
        Class = job.Class,
        Answers = 1,
        Billable = job.Results,
        BytesIn = job.BytesIn,
        BytesOut = job.BytesOut,
        Pixels = job.Pixels,
    };
}
