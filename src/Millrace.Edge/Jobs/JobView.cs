using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;

namespace Millrace.Edge.Jobs;

/// <summary>A job as it stands.</summary>
/// <param name="Record">As accepted.</param>
/// <param name="Outcome">Null while there is none.</param>
/// <param name="State">Derived from what exists.</param>
internal sealed record JobView(JobRecord Record, JobOutcome? Outcome, JobState State);

/// <summary>Looks at jobs, and waits for their ends. Safe for any number of threads.</summary>
internal sealed class JobViews(JobObjects objects, IOptions<JobsOptions> options, TimeProvider time)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(50);
    private readonly JobsOptions _options = options.Value;
    private int _waiting;

    /// <summary>A job as it stands; null when the tenant has none of this id.</summary>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<JobView?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var record = await objects.RecordAsync(tenant, id, cancellationToken);
        return record is null ? null : await LookAsync(record, cancellationToken);
    }

    /// <summary>How a job stands.</summary>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<JobView> LookAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var outcome = await objects.OutcomeAsync(record.Tenant, record.Id, cancellationToken);
        var claim = outcome is null ? await objects.ClaimAsync(record.Tenant, record.Id, cancellationToken) : null;
        return new(record, outcome, JobStates.Of(record, claim, outcome, time.GetUtcNow()));
    }

    /// <summary>
    /// How a job stands once it has ended or the wait is over. When as many wait as may, at once.
    /// </summary>
    /// <param name="record">Of the job.</param>
    /// <param name="wait">At most <see cref="JobsOptions.WaitMax"/> of it is given; null: none.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<JobView> WaitAsync(JobRecord record, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var limit = wait is null ? TimeSpan.Zero : Shorter(wait.Value, _options.WaitMax);
        var mayWait = Interlocked.Increment(ref _waiting) <= _options.WaitersMax;
        try
        {
            return await PollAsync(record, mayWait ? limit : TimeSpan.Zero, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<JobView> PollAsync(JobRecord record, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var pause = FirstLook; ; pause = Shorter(pause * 2, _options.PollInterval))
        {
            var view = await LookAsync(record, cancellationToken);
            var left = limit - time.GetElapsedTime(start);
            if (view.State.IsFinal() || left <= TimeSpan.Zero) return view;
            await Task.Delay(Shorter(left, pause), time, cancellationToken);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
