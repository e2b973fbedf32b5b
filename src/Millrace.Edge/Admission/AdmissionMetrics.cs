using System.Diagnostics.Metrics;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>The instruments of admission; their tags come from a closed set, so no tenant is in them.</summary>
internal sealed class AdmissionMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _decisions;

    public AdmissionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Millrace.Edge");
        _decisions = _meter.CreateCounter<long>(
            "millrace.admission.decisions", "{decision}",
            "Requests let in, and refused by tenant's rate, lane, number or by what the edge can hold.");
    }

    /// <summary>Measures what is remembered.</summary>
    /// <param name="tenants">Tenants that are remembered.</param>
    /// <param name="edges">Edges that tenants' limits are divided by.</param>
    public void Watch(Func<int> tenants, Func<int> edges)
    {
        _meter.CreateObservableUpDownCounter("millrace.admission.tenants", tenants, "{tenant}",
            "Tenants with a request under way, or whose rate is not whole again.");
        _meter.CreateObservableGauge("millrace.admission.edges", edges, "{edge}",
            "Edges by which tenants' limits are divided.");
    }

    /// <summary>A request was let in.</summary>
    public void Admitted() => Count("admitted");

    /// <summary>A request that had been let in lost its place.</summary>
    public void Shed() => Count(ProblemKinds.Shed.Code);

    /// <summary>A request was refused.</summary>
    /// <param name="problem">Of a closed set of kinds.</param>
    public void Refused(Problem problem) => Count(problem.Kind.Code);

    private void Count(string verdict) =>
        _decisions.Add(1, new KeyValuePair<string, object?>("verdict", verdict));
}
