using System.Diagnostics.Metrics;

namespace Millrace.Edge.Identity;

/// <summary>The instrument of keys that were looked at; its tags come from a closed set.</summary>
internal sealed class KeyMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _checks = meters.Create("Millrace.Edge").CreateCounter<long>(
        "millrace.identity.checks", "{request}", "Requests whose caller was looked for, by what was found.");

    /// <summary>A request's caller was looked for.</summary>
    /// <param name="outcome">live, missing, malformed, unknown, void, suspended, slowed or unavailable.</param>
    public void Checked(string outcome) => _checks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
