using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;

namespace Millrace.Core.Usage;

/// <summary>
/// What a durable job used, from its record and its outcome and nothing else: whoever writes it, and however often, it
/// is the same record. Pure.
/// </summary>
public static class UsageOfJob
{
    private const int Made = 200;
    private const int NothingMade = 422;

    /// <summary>The record of a job that has ended, cancelled ones included.</summary>
    /// <param name="job">As accepted.</param>
    /// <param name="outcome">Its one outcome.</param>
    public static UsageRecord Of(JobRecord job, JobOutcome outcome)
    {
        var results = outcome.Transforms.Select(each => each.Result).OfType<JobResult>().ToList();
        var worked = Worked(job, outcome);
        return new UsageRecord
        {
            Id = job.Id,
            Tenant = job.Tenant,
            At = WholeMilliseconds(outcome.FinishedAt),
            Lane = Lane.Bulk,
            Class = worked.Select(each => UsageClasses.Of(job.Source.Header, each)).DefaultIfEmpty().Max(),
            Source = job.Source.Header.Format,
            Result = results.Count > 0 ? results[0].Format : null,
            BytesIn = job.Source.Bytes + (job.Watermark?.Bytes ?? 0),
            BytesOut = results.Sum(result => result.Bytes),
            Pixels = job.Source.Header.PixelsOf(FramesOf(job.Source.Header, worked)),
            Results = results.Count,
            Status = results.Count > 0 ? Made : NothingMade,
            Duration = Lasted(job.AcceptedAt, outcome.FinishedAt),
            IsBillable = results.Count > 0,
        };
    }

    // What was made says what kind of work it was; where nothing was, what was asked for.
    private static List<Transform> Worked(JobRecord job, JobOutcome outcome)
    {
        var made = outcome.Transforms.Where(each => each.Result is not null).Select(each => each.Name).ToHashSet();
        return
        [
            .. job.Transforms.Where(each => made.Count == 0 || made.Contains(each.Name))
                .Select(each => TransformParser.Parse(each.Transform).Transform)
                .OfType<Transform>()
                .Where(transform => transform.Format != OutputFormat.Auto),
        ];
    }

    private static int FramesOf(ImageHeader source, List<Transform> worked) =>
        worked.Select(each => UsageClasses.Frames(source, each)).DefaultIfEmpty(1).Max();

    private static TimeSpan Lasted(DateTimeOffset from, DateTimeOffset until) => until > from
        ? TimeSpan.FromMilliseconds(Math.Floor((until - from).TotalMilliseconds))
        : TimeSpan.Zero;

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
