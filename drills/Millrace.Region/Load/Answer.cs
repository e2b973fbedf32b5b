namespace Millrace.Region.Load;

/// <summary>What became of one conversion, as its client saw it.</summary>
/// <param name="Tenant">Whose it was.</param>
/// <param name="Status">HTTP status; 0 when no answer came.</param>
/// <param name="Code">Code of the problem, or the exception's kind; empty when it was converted.</param>
/// <param name="Job">The job's id, as the edge told it; empty when no answer came.</param>
/// <param name="Took">From the first sending to the last answer.</param>
/// <param name="Sendings">1, and 1 more for each edge that could not be reached or was going away.</param>
internal sealed record Answer(string Tenant, int Status, string Code, string Job, TimeSpan Took, int Sendings)
{
    /// <summary>Bytes of the answer's body; 0 when none came.</summary>
    public long Bytes { get; init; }

    public bool IsConverted => Status == 200;
}
