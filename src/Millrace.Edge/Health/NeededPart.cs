namespace Millrace.Edge.Health;

/// <summary>Something without which this edge should get no traffic; every one that is registered is asked.</summary>
/// <param name="Unready">
/// Why it cannot be used now, as a sentence for operators; null when it can. Must not wait.
/// </param>
public sealed record NeededPart(Func<string?> Unready);
