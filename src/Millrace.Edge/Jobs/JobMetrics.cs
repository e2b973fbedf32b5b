using System.Diagnostics.Metrics;
using Millrace.Edge.Telemetry;

namespace Millrace.Edge.Jobs;

/// <summary>What is asked for at the addresses of jobs.</summary>
internal enum JobCall
{
    /// <summary>A new job.</summary>
    Submit,

    /// <summary>A job's state, or a list of jobs.</summary>
    Look,

    /// <summary>A result.</summary>
    Fetch,

    /// <summary>A job's cancellation.</summary>
    Cancel,

    /// <summary>An upload.</summary>
    Upload,

    /// <summary>What became of its webhook.</summary>
    Webhooks,
}

/// <summary>The edge's instruments for durable jobs, meter <c>Millrace.Edge</c>.</summary>
internal sealed class JobMetrics
{
    private readonly Counter<long> _calls;
    private readonly Counter<long> _swept;

    /// <summary>Makes the instruments.</summary>
    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _calls = meter.CreateCounter<long>(
            "millrace.edge.jobs.requests", "{request}", "Requests about durable jobs, by call and end.");
        _swept = meter.CreateCounter<long>(
            "millrace.edge.jobs.swept", "{job}", "Jobs that sweeps changed, by what they did.");
    }

    /// <summary>A request was answered.</summary>
    /// <param name="call">What it asked for.</param>
    /// <param name="problem">The code of its problem; null when it has none.</param>
    public void Answered(JobCall call, string? problem) => Count(call, problem ?? "ok");

    /// <summary>The caller went away before its answer.</summary>
    public void HungUp(JobCall call) => Count(call, "hung-up");

    /// <summary>A sweep changed a job.</summary>
    /// <param name="did">One of a closed set.</param>
    public void Swept(string did) => _swept.Add(1, new KeyValuePair<string, object?>("did", did));

    private void Count(JobCall call, string outcome) => _calls.Add(
        1, new("call", call.ToString().ToLowerInvariant()), new("outcome", outcome));
}
