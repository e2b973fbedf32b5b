using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Jobs;

/// <summary>
/// Has the transforms of one job made, one after the other, through the same kernels and under the same rules against
/// poison as images whose callers wait. Each result is stored before the next transform begins, so that one result at a
/// time is in memory.
/// </summary>
internal sealed class JobConversion(
    KernelPool pool, ImageTurns turns, PoisonWitness witness, WorkerCredit credit, WorkerSelf self, JobBytes bytes,
    LeaseHealth health)
{
    /// <summary>Makes all of them.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="place">Held while the job's bytes are here; left when it needs a quarantine kernel.</param>
    /// <param name="wait">Ends waits; what a kernel holds is finished.</param>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it waited.</exception>
    public async Task<Made> ConvertAsync(JobAttempt job, LanePlace place, CancellationToken wait)
    {
        using var first = ImageOf(job, job.Record.Transforms[0], place);
        if (witness.Judge(first.Case) == PoisonVerdict.Suspect && !await first.QuarantineAsync(pool.Quarantine, wait))
            return Made.Fault(ConversionFailure.QueueFull);
        using var source = await bytes.ReadAsync(job.Record.Source, wait);
        using var watermark = job.Record.Watermark is { } mark ? await bytes.ReadAsync(mark, wait) : null;
        if (source is null || watermark is null != job.Record.Watermark is null) return Gone(job);
        return await ConvertAsync(job, new Sources(source, job.Record.Source.Header, watermark), first, place, wait);
    }

    private async Task<Made> ConvertAsync(
        JobAttempt job, Sources sources, LeasedImage first, LanePlace place, CancellationToken wait)
    {
        var made = new List<TransformOutcome>();
        foreach (var transform in job.Record.Transforms)
        {
            // Disposed before the next one begins: there may be one quarantine kernel's place for all.
            using var image = made.Count == 0 ? first : ImageOf(job, transform, place);
            var outcome = await ConvertAsync(image, sources, wait);
            if (outcome is null) return Made.Fault(ConversionFailure.Stopping);
            using var result = outcome.Image;
            job.Touched |= outcome.Timing.Attempts > 0;
            if (IsOurs(outcome.Failure)) return Made.Fault(outcome.Failure!.Value, outcome.Reason);
            made.Add(await StoreAsync(job, transform, made.Count, outcome));
            health.Moved();
        }
        return new Made(made, null, "");
    }

    /// <summary>Whether a failure says nothing of the image, so that another attempt may succeed.</summary>
    private static bool IsOurs(ConversionFailure? failure) => failure >= ConversionFailure.QueueFull;

    private async Task<ConversionOutcome?> ConvertAsync(LeasedImage image, Sources sources, CancellationToken wait)
    {
        if (TransformParser.Parse(image.Ticket.Transform).Transform is not { Format: not OutputFormat.Auto } transform)
        {
            return ConversionOutcome.Of(
                ConversionFailure.TransformImpossible, "What is to be done with the image cannot be read.");
        }
        var mark = transform.Watermark is null ? default : sources.Watermark?.Bytes ?? default;
        image.Request = new ConversionRequest(sources.Source.Bytes, transform, mark);
        image.IsBrief = LaneChoice.IsBrief(sources.Header, transform);
        return await turns.ConvertAsync(image, wait);
    }

    private async Task<TransformOutcome> StoreAsync(
        JobAttempt job, JobTransform transform, int number, ConversionOutcome outcome)
    {
        if (outcome.Image is not { } image)
            return new(transform.Name, null, new JobFailure(outcome.Failure!.Value, outcome.Reason));
        var key = JobKeys.Result(job.Record.Tenant, job.Record.Id, job.Attempt, number);
        return new(transform.Name, await bytes.WriteAsync(key, image, job.Hold), null);
    }

    private LeasedImage ImageOf(JobAttempt job, JobTransform transform, LanePlace place)
    {
        var ticket = job.Ticket with { Transform = transform.Transform };
        var image = new LeasedImage(ticket, PoisonCase.Of(ticket, job.Claim.Starts, self.Build), credit)
        {
            Starting = job.StartAsync,
        };
        image.Borrow(place);
        return image;
    }

    private static Made Gone(JobAttempt job)
    {
        var failure = new JobFailure(
            ConversionFailure.SourceGone, "The stored image is not there any more, or is not what was stored.");
        return new([.. job.Record.Transforms.Select(each => new TransformOutcome(each.Name, null, failure))], null, "");
    }

    /// <summary>The job's bytes.</summary>
    private readonly record struct Sources(RentedBytes Source, ImageHeader Header, RentedBytes? Watermark);
}

/// <summary>One attempt at a job.</summary>
/// <param name="Record">The job.</param>
/// <param name="Ticket">As leased.</param>
/// <param name="Attempt">Id of the attempt.</param>
/// <param name="Claim">With the number of this start.</param>
/// <param name="Hold">
/// Ends the work with its time; not with the worker's stop, as what a kernel has made is stored.
/// </param>
internal sealed record JobAttempt(
    JobRecord Record, Ticket Ticket, Guid Attempt, JobClaim Claim, CancellationToken Hold)
{
    /// <summary>Stores the claim with its number.</summary>
    public required Func<JobClaim, Task> Count { get; init; }

    /// <summary>Whether the claim that is stored has this start's number.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Whether a kernel has held its image in this attempt.</summary>
    public bool Touched { get; set; }

    /// <summary>
    /// A kernel gets the image now: if this worker is lost from here on, the image may be why. What a lost worker had
    /// merely in hand is to be blamed for nothing.
    /// </summary>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task StartAsync()
    {
        if (IsCounted) return;
        await Count(Claim);
        IsCounted = true;
    }
}

/// <summary>What came of an attempt: an outcome for each transform, or a fault of ours.</summary>
/// <param name="Transforms">Of no use when there was a fault.</param>
/// <param name="Failure">The fault; null when there was none.</param>
/// <param name="Reason">One sentence for the caller.</param>
internal sealed record Made(IReadOnlyList<TransformOutcome> Transforms, ConversionFailure? Failure, string Reason)
{
    public static Made Fault(ConversionFailure failure, string reason = "") => new([], failure, reason);
}
