namespace Millrace.Core.Jobs;

/// <summary>
/// Who was first at a job: the worker that began it or the caller who cancelled it. Created create-only, so that it is
/// one of the two for good; later attempts of workers replace it with their own count.
/// </summary>
/// <param name="Id">Of the job.</param>
/// <param name="By">Who.</param>
/// <param name="Name">Of the worker or edge, for people.</param>
/// <param name="At">When.</param>
/// <param name="Starts">
/// How many times workers have begun it. More than its ends: a worker was lost with it, or a fault was ours.
/// </param>
public sealed record JobClaim(Guid Id, JobClaimant By, string Name, DateTimeOffset At, int Starts);

/// <summary>Who may claim a job. The numbers stand in stored claims.</summary>
public enum JobClaimant
{
    /// <summary>A worker, to convert.</summary>
    Worker = 0,

    /// <summary>The caller, to cancel; or its edge, as the job was not accepted.</summary>
    Caller = 1,
}
