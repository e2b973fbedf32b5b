namespace Millrace.Core.Jobs;

/// <summary>A job that was given up for a fault of ours, as operators are told.</summary>
/// <param name="Id">Of the job.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Reason">Why, for operators.</param>
/// <param name="Attempts">How many times it was begun.</param>
/// <param name="At">When.</param>
public sealed record DeadJob(Guid Id, string Tenant, string Reason, int Attempts, DateTimeOffset At);
