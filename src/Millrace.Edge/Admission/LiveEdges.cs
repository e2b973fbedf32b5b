namespace Millrace.Edge.Admission;

/// <summary>How many edges share a tenant's limits, at least 1; asked at each request, so it must not wait.</summary>
internal delegate int LiveEdges();
