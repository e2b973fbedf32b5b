using Millrace.Core.Identity;
using Millrace.Simulation.Judging;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Processes;

/// <summary>
/// A key that an edge knows and nobody has revoked is never refused; one that is revoked is refused from the moment at
/// which the edge reaches that revision.
/// </summary>
internal sealed class KeyJudge(Judge judge, SimManagement management)
{
    private readonly Dictionary<KeyHash, long> _revoked = [];
    private readonly Dictionary<KeyHash, long> _made = [];

    /// <summary>A key is made.</summary>
    public void Made(KeyHash hash) => _made[hash] = management.Revision;

    /// <summary>A key is revoked.</summary>
    public void Revoked(KeyHash hash) => _revoked[hash] = management.Revision;

    /// <summary>An edge has looked a key up.</summary>
    /// <param name="edge">Its name.</param>
    /// <param name="hash">Which.</param>
    /// <param name="table">Its table.</param>
    /// <param name="standing">What it found.</param>
    public void Found(string edge, KeyHash hash, IdentityTable table, KeyStanding standing)
    {
        var isMade = _made.TryGetValue(hash, out var made) && table.Reaches >= made;
        var isRevoked = _revoked.TryGetValue(hash, out var revoked);
        if (isMade && !isRevoked && standing != KeyStanding.Live)
            judge.Broken("key", $"{edge} at {table.Reaches} refuses a key of {made} that is not revoked: {standing}");
        if (isRevoked && table.Reaches >= revoked && standing == KeyStanding.Live)
            judge.Broken("key", $"{edge} at {table.Reaches} takes a key that was revoked at {revoked}");
    }
}
